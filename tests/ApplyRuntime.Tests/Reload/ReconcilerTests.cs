using System.Text;
using Delivery.ApplyRuntime.Leasing;
using Delivery.ApplyRuntime.Reload;
using Delivery.FastData;
using Delivery.TestKit;

namespace Delivery.ApplyRuntime.Tests.Reload;

/// <summary>The loader's rules on the test's own thread, with a clock that the test moves.</summary>
public sealed class ReconcilerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FolderBuilder _builder;
    private readonly GenerationSlot _slot = new(new ThreadCells());
    private readonly RetiredGenerations _retired;
    private readonly StepClock _clock = new();
    private readonly ReloadLog _log;
    private readonly Reconciler _reconciler;

    public ReconcilerTests()
    {
        _builder = new FolderBuilder(_folder["fast-data"]);
        _retired = new RetiredGenerations(_slot);
        _log = new ReloadLog(_clock);
        _reconciler = new Reconciler(new FolderReader(_builder.Layout), _slot, _retired, new HeldMemory(_slot, _retired), _log, new RuntimeOptions { Time = _clock });
    }

    public void Dispose()
    {
        _retired.Add(_slot.Exchange(null));
        _retired.Drain();
        _retired.Count.Should().Be(0);
        _folder.Dispose();
    }

    [Fact]
    public void Nothing_to_load_is_no_failure()
    {
        Look().Should().BeFalse();

        _slot.Current.Should().BeNull();
        _log.Problems.Should().BeEmpty();
        _log.LastError.Should().BeNull();
    }

    [Fact]
    public void Why_there_is_nothing_to_load_is_known_until_there_is()
    {
        var folder = new FolderBuilder(_folder["not-there-yet"]);
        var reconciler = new Reconciler(new FolderReader(folder.Layout), _slot, _retired, new HeldMemory(_slot, _retired), _log, new RuntimeOptions { Time = _clock });
        reconciler.Reconcile(force: false);
        _log.NothingYet.Should().Be("there is no such folder.");

        Directory.CreateDirectory(folder.Layout.Root);
        reconciler.Reconcile(force: false);
        _log.NothingYet.Should().Be("it has no file CURRENT, so nothing was delivered into it yet, or it is not the fast-data folder itself.");

        folder.WriteCurrent("no pointer\n"u8.ToArray());
        reconciler.Reconcile(force: false);
        _log.NothingYet.Should().BeNull("the problem says it");
        _log.Problems.Should().ContainSingle();

        folder.With("a", FolderBuilder.Choosing("a", 1)).Publish(1);
        reconciler.Reconcile(force: false).Should().BeTrue();
        _log.NothingYet.Should().BeNull();
        reconciler.Dispose();
    }

    [SkippableFact]
    public void A_reload_allocates_little_beyond_what_it_keeps_of_changed_models()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Elsewhere files are read by way of objects.");
        const int models = 1000;
        const int changed = 100;
        var files = Enumerable.Range(0, models).SelectMany(i => Enumerable.Range(0, 2).Select(best => FolderBuilder.Choosing($"model_{i:0000}", best))).ToArray();
        for (var i = 0; i < models; i++) _builder.With($"model_{i:0000}", files[2 * i]);
        _builder.Publish(1);
        Look();
        var least = long.MaxValue; // what the runtime itself does meanwhile, such as compiling, may only add
        for (var epoch = 2; epoch <= 10; epoch++)
        {
            for (var i = 0; i < changed; i++) _builder.With($"model_{i:0000}", files[(2 * i) + (epoch % 2)]);
            _builder.Publish(epoch);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Look().Should().BeTrue();
            least = long.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        _slot.Current!.InOrder.Should().HaveCount(models);
        least.Should().BeLessThan(160 << 10, "every collection stops the threads that serve requests, and 78,000 bytes are enough");
    }

    [Fact]
    public void Only_a_new_pointer_is_loaded()
    {
        PublishBoth(1);
        Look().Should().BeTrue();
        Look().Should().BeFalse();
        _builder.PointTo(_slot.Current!.Pointer);
        Look().Should().BeFalse("its content is the same, whatever its time says");

        PublishBoth(2);
        Look().Should().BeTrue();
        _log.Reloads.Should().Be(2);
    }

    [Theory]
    [InlineData("changed", "its SHA-256 is")]
    [InlineData("cut short", "bytes; its manifest says")]
    [InlineData("made longer", "bytes; its manifest says")]
    [InlineData("empty", "the file has 0 bytes")]
    [InlineData("deleted", "Could not find file")]
    [InlineData("a folder", "denied")]
    public void A_bad_file_keeps_the_old_model_while_others_go_on_and_then_heals(string fault, string problem)
    {
        PublishBoth(1);
        Look();
        PublishBoth(2);
        var path = _builder.PathOf("news");
        var good = File.ReadAllBytes(path);
        Spoil(path, fault, good);
        Look().Should().BeTrue();

        (Best("news"), Best("images")).Should().Be((1, 2));
        _slot.Current!.Pointer.Epoch.Should().Be(2);
        var found = _log.Problems.Should().ContainSingle().Subject;
        found.Model!.Value.Value.Should().Be("news");
        found.Message.Should().Contain(path).And.Contain(problem).And.EndWith("stays in use.");
        _log.FailedReloads.Should().Be(1);

        Repair(path, good);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Look().Should().BeTrue();
        (Best("news"), Best("images")).Should().Be((2, 2));
        _log.Problems.Should().BeEmpty();
        _log.LastError.Should().NotBeNull("it is the last thing that went wrong, put right or not");
    }

    [Fact]
    public void A_bad_model_that_is_new_is_left_out()
    {
        PublishBoth(1);
        File.Delete(_builder.PathOf("news"));
        Look().Should().BeTrue();

        _slot.Current!.InOrder.Select(model => model.Name).Should().Equal("images");
        _log.Problems.Should().ContainSingle().Which.Message.Should().EndWith("There is none to use instead.");
    }

    [Fact]
    public void An_unknown_kind_holds_back_no_other_model()
    {
        PublishBoth(1);
        Look();
        _builder.With("news", [1, 2, 3], kind: "deep_thought").With("images", FolderBuilder.Choosing("images", 2)).Publish(2);
        Look().Should().BeTrue();

        (Best("news"), Best("images")).Should().Be((1, 2));
        _log.Problems.Should().ContainSingle().Which.Message.Should().Contain("'deep_thought'");
    }

    [Theory]
    [InlineData("no model at all")]
    [InlineData("another name")]
    public void Published_bytes_that_are_no_model_of_that_name_keep_the_old_one(string fault)
    {
        PublishBoth(1);
        Look();
        _builder.With("news", fault == "another name" ? FolderBuilder.Choosing("video", 2) : [0xff, 0xff, 0xff]).Publish();
        Look().Should().BeTrue();

        Best("news").Should().Be(1);
        _log.Problems.Should().ContainSingle().Which.Message.Should().Contain(_builder.PathOf("news"));
        _clock.Advance(TimeSpan.FromDays(1));
        Look();
        _log.FailedReloads.Should().Be(1, "bytes with the right hash will not get better");
    }

    [Fact]
    public void What_may_pass_is_tried_again_after_pauses_that_grow_to_30_seconds()
    {
        PublishBoth(1);
        File.Delete(_builder.PathOf("news"));
        Look();
        var tries = new List<int>();
        for (var second = 1; second <= 100; second++)
        {
            var before = _log.FailedReloads;
            _clock.Advance(TimeSpan.FromSeconds(1));
            Look();
            if (_log.FailedReloads > before) tries.Add(second);
        }

        tries.Should().Equal(1, 3, 7, 15, 31, 61, 91);
        _log.Reloads.Should().Be(1, "a try that changes nothing swaps nothing");
    }

    [Fact]
    public void A_new_pointer_is_tried_at_once_and_so_is_what_is_asked_for()
    {
        PublishBoth(1);
        File.Delete(_builder.PathOf("news"));
        Look();
        _reconciler.Reconcile(force: true).Should().BeFalse();
        _log.FailedReloads.Should().Be(2);

        PublishBoth(2);
        Look().Should().BeTrue();
        _log.Problems.Should().BeEmpty();
    }

    [Fact]
    public void A_model_that_left_the_manifest_leaves()
    {
        PublishBoth(1);
        Look();
        _builder.Without("news").Publish();
        Look();

        _slot.Current!.InOrder.Select(model => model.Name).Should().Equal("images");
    }

    [Fact]
    public void A_tampered_manifest_changes_nothing()
    {
        PublishBoth(1);
        Look();
        var pointer = PublishBoth(2);
        var path = _builder.Layout.ManifestPath(pointer.Epoch, pointer.Commit);
        var good = File.ReadAllBytes(path);
        File.WriteAllText(path, Encoding.ASCII.GetString(good).Replace("images", "IMAGES", StringComparison.Ordinal));
        Look().Should().BeFalse();

        _slot.Current!.Pointer.Epoch.Should().Be(1);
        var problem = _log.Problems.Should().ContainSingle().Subject;
        problem.Model.Should().BeNull();
        problem.Message.Should().Contain(path).And.Contain("SHA-256");

        File.WriteAllBytes(path, good);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Look().Should().BeTrue();
        _log.Problems.Should().BeEmpty();
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
        _builder.WriteCurrent(Encoding.ASCII.GetBytes(content));
        Look().Should().BeFalse();
        Look().Should().BeFalse();

        Best("news").Should().Be(1);
        _log.FailedReloads.Should().Be(1);
        _log.Problems.Should().ContainSingle().Which.Message.Should().Contain(_builder.Layout.Current).And.EndWith("Epoch 1 stays in use.");

        _builder.PointTo(pointer);
        Look().Should().BeFalse();
        _log.Problems.Should().BeEmpty();
    }

    [Fact]
    public void A_CURRENT_that_is_gone_changes_nothing()
    {
        var pointer = PublishBoth(1);
        Look();
        File.Delete(_builder.Layout.Current);
        Look().Should().BeFalse();

        Best("news").Should().Be(1);
        _log.Problems.Should().ContainSingle().Which.Message.Should().Contain("it is gone");

        _builder.PointTo(pointer);
        Look().Should().BeFalse("it is what is in use");
        _log.Problems.Should().BeEmpty();
    }

    [Fact]
    public void An_epoch_that_goes_back_is_refused()
    {
        PublishBoth(12);
        Look();
        PublishBoth(10);
        Look().Should().BeFalse();

        _slot.Current!.Pointer.Epoch.Should().Be(12);
        _log.LastError!.Message.Should().Contain("epoch went back from 12 to 10");
        PublishBoth(13);
        Look().Should().BeTrue();
    }

    [Fact]
    public void An_epoch_that_comes_twice_is_refused()
    {
        PublishBoth(12);
        Look();
        _builder.With("news", FolderBuilder.Choosing("news", 0)).Publish(12);
        Look().Should().BeFalse();

        _log.LastError!.Message.Should().Contain("epoch 12 came a second time");
    }

    [Fact]
    public void A_rollback_is_a_new_epoch_with_old_content()
    {
        PublishBoth(1);
        Look();
        PublishBoth(2);
        Look();
        _builder.With("news", FolderBuilder.Choosing("news", 1)).With("images", FolderBuilder.Choosing("images", 1)).Publish(3);
        Look().Should().BeTrue();

        (Best("news"), _slot.Current!.Pointer.Epoch).Should().Be((1, 3L));
    }

    [Fact]
    public void A_folder_that_was_seen_deleted_may_be_made_anew_from_epoch_1()
    {
        PublishBoth(12);
        Look();
        Directory.Delete(_builder.Layout.Root, recursive: true);
        Look().Should().BeFalse();
        Best("news").Should().Be(3, "the pages are still mapped");

        _builder.With("news", FolderBuilder.Choosing("news", 0)).Publish(1);
        Look().Should().BeTrue();
        (Best("news"), _slot.Current!.Pointer.Epoch).Should().Be((0, 1L));

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
        File.Delete(_builder.Layout.ManifestPath(gone.Epoch, gone.Commit));
        Look().Should().BeFalse();
        _clock.Advance(TimeSpan.FromSeconds(1));
        _clock.AtNextReading = () => PublishBoth(3); // the clock is read after CURRENT and before the manifest
        Look().Should().BeTrue();

        _slot.Current!.Pointer.Epoch.Should().Be(3);
        _log.FailedReloads.Should().Be(1, "only the first look failed");
        _log.Problems.Should().BeEmpty();
    }

    private static void Spoil(string path, string fault, byte[] good)
    {
        File.Delete(path);
        if (fault == "a folder") Directory.CreateDirectory(path);
        else if (fault != "deleted") File.WriteAllBytes(path, Content());

        byte[] Content() => fault switch
        {
            "changed" => [.. good[..^1], (byte)(good[^1] ^ 1)],
            "cut short" => good[..^1],
            "made longer" => [.. good, 0],
            "empty" => [],
            _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "No such fault."),
        };
    }

    private static void Repair(string path, byte[] good)
    {
        if (Directory.Exists(path)) Directory.Delete(path);
        File.WriteAllBytes(path + ".new", good);
        File.Move(path + ".new", path, overwrite: true);
    }

    private bool Look()
    {
        var swapped = _reconciler.Reconcile(force: false);
        _retired.Drain();
        return swapped;
    }

    /// <summary>Two models that choose the class of the epoch, or class 3 from epoch 3 on.</summary>
    private CurrentPointer PublishBoth(long epoch)
    {
        var best = (int)long.Min(epoch, 3);
        return _builder.With("news", FolderBuilder.Choosing("news", best)).With("images", FolderBuilder.Choosing("images", best)).Publish(epoch);
    }

    private int Best(string name)
    {
        var scores = new float[4];
        _slot.Current!.Find(name)!.Score(Scene.Ones, scores);
        return Array.IndexOf(scores, scores.Max());
    }

    private sealed class StepClock : TimeProvider
    {
        private TimeSpan _since;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public Action? AtNextReading { get; set; }

        public void Advance(TimeSpan by) => _since += by;

        public override long GetTimestamp()
        {
            var action = AtNextReading;
            AtNextReading = null;
            action?.Invoke();
            return _since.Ticks;
        }

        public override DateTimeOffset GetUtcNow() => FolderBuilder.TrainedUntil + _since;
    }
}
