using System.Globalization;
using Delivery.TestKit;

namespace Delivery.ApplyRuntime.Tests.Faults;

/// <summary>A reader in a process of its own runs into real limits of the system.</summary>
public sealed class ProcessLimitTests : IDisposable
{
    private readonly Scene _scene = new();

    public void Dispose() => _scene.Dispose();

    [SkippableTheory]
    [InlineData(ModelMemoryMode.Copy)]
    [InlineData(ModelMemoryMode.Map)]
    public async Task Without_a_descriptor_left_it_keeps_what_it_has_and_goes_on_by_itself(ModelMemoryMode memory)
    {
        Skip.IfNot(OperatingSystem.IsLinux());
        Publish(1);
        using var reader = new ReaderProcess(_scene.Root, memory, "-n 300");
        (await reader.AskAsync("open")).Should().Contain("epoch=1 models=1 decided=1 problems=0");
        await reader.AskAsync("fill-descriptors");
        Publish(2);

        var status = await reader.StatusWithAsync("problems=1");
        status.Should().Contain("epoch=1 models=1 decided=1").And.Contain("Too many open files").And.EndWith("Epoch 1 stays in use.");

        await reader.AskAsync("free");
        (await reader.StatusWithAsync("epoch=2")).Should().Contain("decided=1 problems=0");
    }

    [SkippableTheory]
    [InlineData(ModelMemoryMode.Copy, "memory")]
    [InlineData(ModelMemoryMode.Map, "Cannot allocate memory")]
    public async Task A_model_that_finds_no_address_space_holds_back_no_other_and_comes_by_itself(ModelMemoryMode memory, string problem)
    {
        Skip.IfNot(OperatingSystem.IsLinux());
        Publish(1);
        using var reader = new ReaderProcess(_scene.Root, memory);
        await reader.AskAsync("open");
        (await reader.AskAsync("limit-memory")).Should().Be("limited");
        _scene.Builder.With("huge", FolderBuilder.Linear("huge", 4, 4 << 20, (k, _) => k)); // 64 MiB of weights
        Publish(2);

        var status = await reader.StatusWithAsync("epoch=2");
        status.Should().Contain("models=1 decided=1 problems=1").And.ContainEquivalentOf(problem).And.EndWith("There is none to use instead.");

        (await reader.AskAsync("free")).Should().Be("free");
        await reader.StatusWithAsync("epoch=2 models=2 decided=2 problems=0");
    }

    [SkippableFact]
    public async Task With_a_dead_watcher_every_generation_is_still_found()
    {
        Skip.IfNot(OperatingSystem.IsLinux());
        Publish(1);
        using var reader = new ReaderProcess(_scene.Root, ModelMemoryMode.BySize);
        await reader.AskAsync("open");
        (await reader.AskAsync("break-watch")).Should().Be("closed=1");

        for (var epoch = 2; epoch <= 5; epoch++)
        {
            Publish(epoch);
            (await reader.StatusWithAsync($"epoch={epoch}")).Should().Contain("decided=1 problems=0");
        }
    }

    [SkippableTheory]
    [InlineData(ModelMemoryMode.Copy)]
    [InlineData(ModelMemoryMode.Map)]
    public async Task A_process_that_never_collects_garbage_frees_old_generations(ModelMemoryMode memory)
    {
        Skip.IfNot(OperatingSystem.IsLinux());
        using var reader = new ReaderProcess(_scene.Root, memory);

        var left = await reader.AskAsync("reload 300");

        var mapped = memory == ModelMemoryMode.Map ? 1 : 0;
        left.Should().StartWith("failed=0 collections=0 ").And.EndWith($" maps={mapped} before={mapped}");
        var (grown, handles) = (Value(2), Value(3));
        grown.Should().BeLessThan(100 << 20, "290 generations of 1 MiB went through: {0}", left);
        handles.Should().BeLessThan(50, "290 generations went through, and the framework itself opens a few files: {0}", left);

        long Value(int word) => long.Parse(left.Split(' ')[word].Split('=')[1], CultureInfo.InvariantCulture);
    }

    private void Publish(long epoch) => _scene.Builder.With("news", FolderBuilder.Choosing("news", (int)long.Min(epoch, 3))).Publish(epoch);
}
