using System.Text;
using Delivery.ApplyRuntime.Reload;
using Delivery.TestKit;

namespace Delivery.ApplyRuntime.Tests.Reload;

/// <summary>What the loader does with CURRENT and the manifest that it names.</summary>
public sealed class ReconcilerPointerTests : ReconcilerBed
{
    [Fact]
    public void Nothing_to_load_is_no_failure()
    {
        Look().Should().BeFalse();

        Slot.Current.Should().BeNull();
        Log.Problems.Should().BeEmpty();
        Log.LastError.Should().BeNull();
    }

    [Fact]
    public void Why_there_is_nothing_to_load_is_known_until_there_is()
    {
        var folder = new FolderBuilder(Folder["not-there-yet"]);
        var reconciler = ReconcilerOf(folder);
        reconciler.Reconcile(force: false);
        Log.NothingYet.Should().Be("there is no such folder.");

        Directory.CreateDirectory(folder.Layout.Root);
        reconciler.Reconcile(force: false);
        Log.NothingYet.Should().Be("it has no file CURRENT, so nothing was delivered into it yet, or it is not the fast-data folder itself.");

        folder.WriteCurrent("no pointer\n"u8.ToArray());
        reconciler.Reconcile(force: false);
        Log.NothingYet.Should().BeNull("the problem says it");
        Log.Problems.Should().ContainSingle();

        folder.With("a", FolderBuilder.Choosing("a", 1)).Publish(1);
        reconciler.Reconcile(force: false).Should().BeTrue();
        Log.NothingYet.Should().BeNull();
        reconciler.Dispose();
    }

    [Fact]
    public void Only_a_new_pointer_is_loaded()
    {
        PublishBoth(1);
        Look().Should().BeTrue();
        Look().Should().BeFalse();
        Builder.PointTo(Slot.Current!.Pointer);
        Look().Should().BeFalse("its content is the same, whatever its time says");

        PublishBoth(2);
        Look().Should().BeTrue();
        Log.Reloads.Should().Be(2);
    }

    [Fact]
    public void A_new_pointer_is_tried_at_once_and_so_is_what_is_asked_for()
    {
        PublishBoth(1);
        File.Delete(Builder.PathOf("news"));
        Look();
        Reconciler.Reconcile(force: true).Should().BeFalse();
        Log.FailedReloads.Should().Be(2);

        PublishBoth(2);
        Look().Should().BeTrue();
        Log.Problems.Should().BeEmpty();
    }

    [Fact]
    public void A_tampered_manifest_changes_nothing()
    {
        PublishBoth(1);
        Look();
        var pointer = PublishBoth(2);
        var path = Builder.Layout.ManifestPath(pointer.Epoch, pointer.Commit);
        var good = File.ReadAllBytes(path);
        File.WriteAllText(path, Encoding.ASCII.GetString(good).Replace("images", "IMAGES", StringComparison.Ordinal));
        Look().Should().BeFalse();

        Slot.Current!.Pointer.Epoch.Should().Be(1);
        var problem = Log.Problems.Should().ContainSingle().Subject;
        problem.Model.Should().BeNull();
        problem.Message.Should().Contain(path).And.Contain("SHA-256");

        File.WriteAllBytes(path, good);
        Clock.Advance(TimeSpan.FromSeconds(1));
        Look().Should().BeTrue();
        Log.Problems.Should().BeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a pointer\n")]
    [InlineData("1 2 3 4\n")]
    [InlineData("99 2 0000000000000000000000000000000000000000 0000000000000000000000000000000000000000000000000000000000000000\n")]
    public void A_bad_CURRENT_changes_nothing_and_is_counted_once(string content)
    {
        var pointer = PublishBoth(1);
        Look();
        Builder.WriteCurrent(Encoding.ASCII.GetBytes(content));
        Look().Should().BeFalse();
        Look().Should().BeFalse();

        Best("news").Should().Be(1);
        Log.FailedReloads.Should().Be(1);
        Log.Problems.Should().ContainSingle().Which.Message.Should().Contain(Builder.Layout.Current).And.EndWith("Epoch 1 stays in use.");

        Builder.PointTo(pointer);
        Look().Should().BeFalse();
        Log.Problems.Should().BeEmpty();
    }

    [Fact]
    public void A_CURRENT_that_is_gone_changes_nothing()
    {
        var pointer = PublishBoth(1);
        Look();
        File.Delete(Builder.Layout.Current);
        Look().Should().BeFalse();

        Best("news").Should().Be(1);
        Log.Problems.Should().ContainSingle().Which.Message.Should().Contain("it is gone");

        Builder.PointTo(pointer);
        Look().Should().BeFalse("it is what is in use");
        Log.Problems.Should().BeEmpty();
    }

    [Fact]
    public void An_epoch_that_goes_back_is_refused()
    {
        PublishBoth(12);
        Look();
        PublishBoth(10);
        Look().Should().BeFalse();

        Slot.Current!.Pointer.Epoch.Should().Be(12);
        Log.LastError!.Message.Should().Contain("epoch went back from 12 to 10");
        PublishBoth(13);
        Look().Should().BeTrue();
    }

    [Fact]
    public void An_epoch_that_comes_twice_is_refused()
    {
        PublishBoth(12);
        Look();
        Builder.With("news", FolderBuilder.Choosing("news", 0)).Publish(12);
        Look().Should().BeFalse();

        Log.LastError!.Message.Should().Contain("epoch 12 came a second time");
    }

    [Fact]
    public void A_rollback_is_a_new_epoch_with_old_content()
    {
        PublishBoth(1);
        Look();
        PublishBoth(2);
        Look();
        Builder.With("news", FolderBuilder.Choosing("news", 1)).With("images", FolderBuilder.Choosing("images", 1)).Publish(3);
        Look().Should().BeTrue();

        (Best("news"), Slot.Current!.Pointer.Epoch).Should().Be((1, 3L));
    }

    [Fact]
    public void A_folder_that_was_seen_deleted_may_be_made_anew_from_epoch_1()
    {
        PublishBoth(12);
        Look();
        Directory.Delete(Builder.Layout.Root, recursive: true);
        Look().Should().BeFalse();
        Best("news").Should().Be(3, "the pages are still mapped");

        Builder.With("news", FolderBuilder.Choosing("news", 0)).Publish(1);
        Look().Should().BeTrue();
        (Best("news"), Slot.Current!.Pointer.Epoch).Should().Be((0, 1L));

        PublishBoth(3);
        Look().Should().BeTrue();
        PublishBoth(2);
        Look().Should().BeFalse("the new folder is held to growing epochs as well");
    }

    [Fact]
    public void A_generation_that_went_while_it_was_read_leads_to_the_one_that_took_its_place()
    {
        PublishBoth(1);
        Look();
        var gone = PublishBoth(2);
        File.Delete(Builder.Layout.ManifestPath(gone.Epoch, gone.Commit));
        Look().Should().BeFalse();
        Clock.Advance(TimeSpan.FromSeconds(1));
        Clock.AtNextReading = () => PublishBoth(3); // the clock is read after CURRENT and before the manifest
        Look().Should().BeTrue();

        Slot.Current!.Pointer.Epoch.Should().Be(3);
        Log.FailedReloads.Should().Be(1, "only the first look failed");
        Log.Problems.Should().BeEmpty();
    }
}
