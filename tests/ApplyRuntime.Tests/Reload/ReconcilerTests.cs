using Delivery.TestKit;

namespace Delivery.ApplyRuntime.Tests.Reload;

/// <summary>Which models of a generation come into use, and what happens to those that do not.</summary>
public sealed class ReconcilerTests : ReconcilerBed
{
    [SkippableFact]
    public void A_reload_allocates_little_beyond_what_it_keeps_of_changed_models()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Elsewhere files are read by way of objects.");
        const int models = 1000;
        const int changed = 100;
        var files = Enumerable.Range(0, models).SelectMany(i => Enumerable.Range(0, 2).Select(best => FolderBuilder.Choosing($"model_{i:0000}", best))).ToArray();
        for (var i = 0; i < models; i++) Builder.With($"model_{i:0000}", files[2 * i]);
        Builder.Publish(1);
        Look();
        var least = long.MaxValue; // what the runtime itself does meanwhile, such as compiling, may only add
        for (var epoch = 2; epoch <= 10; epoch++)
        {
            for (var i = 0; i < changed; i++) Builder.With($"model_{i:0000}", files[(2 * i) + (epoch % 2)]);
            Builder.Publish(epoch);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Look().Should().BeTrue();
            least = long.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        Slot.Current!.InOrder.Should().HaveCount(models);
        least.Should().BeLessThan(160 << 10, "every collection stops the threads that serve requests, and 78,000 bytes are enough");
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
        var path = Builder.PathOf("news");
        var good = File.ReadAllBytes(path);
        Spoil(path, fault, good);
        Look().Should().BeTrue();

        (Best("news"), Best("images")).Should().Be((1, 2));
        Slot.Current!.Pointer.Epoch.Should().Be(2);
        var found = Log.Problems.Should().ContainSingle().Subject;
        found.Model!.Value.Value.Should().Be("news");
        found.Message.Should().Contain(path).And.Contain(problem).And.EndWith("stays in use.");
        Log.FailedReloads.Should().Be(1);

        Repair(path, good);
        Clock.Advance(TimeSpan.FromSeconds(1));
        Look().Should().BeTrue();
        (Best("news"), Best("images")).Should().Be((2, 2));
        Log.Problems.Should().BeEmpty();
        Log.LastError.Should().NotBeNull("it is the last thing that went wrong, put right or not");
    }

    [Fact]
    public void A_bad_model_that_is_new_is_left_out()
    {
        PublishBoth(1);
        File.Delete(Builder.PathOf("news"));
        Look().Should().BeTrue();

        Slot.Current!.InOrder.Select(model => model.Name).Should().Equal("images");
        Log.Problems.Should().ContainSingle().Which.Message.Should().EndWith("There is none to use instead.");
    }

    [Fact]
    public void An_unknown_kind_holds_back_no_other_model()
    {
        PublishBoth(1);
        Look();
        Builder.With("news", [1, 2, 3], kind: "deep_thought").With("images", FolderBuilder.Choosing("images", 2)).Publish(2);
        Look().Should().BeTrue();

        (Best("news"), Best("images")).Should().Be((1, 2));
        Log.Problems.Should().ContainSingle().Which.Message.Should().Contain("'deep_thought'");
    }

    [Theory]
    [InlineData("no model at all")]
    [InlineData("another name")]
    public void Published_bytes_that_are_no_model_of_that_name_keep_the_old_one(string fault)
    {
        PublishBoth(1);
        Look();
        Builder.With("news", fault == "another name" ? FolderBuilder.Choosing("video", 2) : [0xff, 0xff, 0xff]).Publish();
        Look().Should().BeTrue();

        Best("news").Should().Be(1);
        Log.Problems.Should().ContainSingle().Which.Message.Should().Contain(Builder.PathOf("news"));
        Clock.Advance(TimeSpan.FromDays(1));
        Look();
        Log.FailedReloads.Should().Be(1, "bytes with the right hash will not get better");
    }

    [Fact]
    public void What_may_pass_is_tried_again_after_pauses_that_grow_to_30_seconds()
    {
        PublishBoth(1);
        File.Delete(Builder.PathOf("news"));
        Look();
        var tries = new List<int>();
        for (var second = 1; second <= 100; second++)
        {
            var before = Log.FailedReloads;
            Clock.Advance(TimeSpan.FromSeconds(1));
            Look();
            if (Log.FailedReloads > before) tries.Add(second);
        }

        tries.Should().Equal(1, 3, 7, 15, 31, 61, 91);
        Log.Reloads.Should().Be(1, "a try that changes nothing swaps nothing");
    }

    [Fact]
    public void A_model_that_left_the_manifest_leaves()
    {
        PublishBoth(1);
        Look();
        Builder.Without("news").Publish();
        Look();

        Slot.Current!.InOrder.Select(model => model.Name).Should().Equal("images");
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
}
