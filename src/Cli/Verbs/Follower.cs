using System.Threading.Channels;
using Delivery.ApplyRuntime;
using Delivery.Cli.Output;

namespace Delivery.Cli.Verbs;

/// <summary>Follows one folder and tells what happens, line by line.</summary>
internal sealed class Follower(string folder, FollowOptions options, RuntimeOptions reader) : IDisposable
{
    /// <summary>Pause between two looks for problems that no swap announces.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly Channel<RuntimeStatus> _applied = Channel.CreateUnbounded<RuntimeStatus>(new UnboundedChannelOptions { SingleReader = true });
    private readonly DecisionLoop _decisions = new();
    private readonly Page _page = Page.Standard();
    private string[] _problems = [];

    public async Task<int> RunAsync(CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        if (options.Seconds is { } seconds) ending.CancelAfter(TimeSpan.FromSeconds(seconds));
        await using var runtime = ModelRuntime.Open(folder, reader with { Applied = OnApplied });
        if (runtime.Status.State == RuntimeState.Waiting) TellWaiting(runtime.Status);
        if (options.Decide) _decisions.Start(runtime);
        var reached = await TellUntilEndAsync(runtime, ending.Token);
        if (options.Decide) _decisions.Stop();
        if (options.Describe) TellAll(runtime);
        TellEnd(runtime.Status);
        return _decisions.Failed > 0 || (!reached && !stop.IsCancellationRequested) ? ExitCodes.Failed : ExitCodes.Ok;
    }

    public void Dispose() => _decisions.Dispose();

    // On the loader's thread: the loop gets its new list at once, the telling is left to ours.
    private void OnApplied(RuntimeStatus status)
    {
        if (options.Decide) _decisions.Use(status);
        _applied.Writer.TryWrite(status);
    }

    /// <returns>False when an epoch was asked for and not reached.</returns>
    private async Task<bool> TellUntilEndAsync(ModelRuntime runtime, CancellationToken ending)
    {
        while (true)
        {
            while (_applied.Reader.TryRead(out var status))
            {
                TellApplied(status);
                if (status.Epoch >= options.UntilEpoch) return true;
            }
            TellProblems(runtime.Status);
            if (ending.IsCancellationRequested) return options.UntilEpoch is null;
            await WaitAsync(ending);
        }
    }

    private async Task WaitAsync(CancellationToken ending)
    {
        using var pause = CancellationTokenSource.CreateLinkedTokenSource(ending);
        pause.CancelAfter(Look);
        try
        {
            await _applied.Reader.WaitToReadAsync(pause.Token);
        }
        catch (OperationCanceledException)
        {
            // The pause is over, or all is.
        }
    }

    private void TellWaiting(RuntimeStatus status)
    {
        if (options.Json) Json.WriteLine(new FollowEvent.Waiting("waiting", status.AsOf, status.Folder), types => types.Waiting);
        else _page.Line($"{Time(status.AsOf)}  waiting: nothing is live in {status.Folder} yet");
    }

    private void TellApplied(RuntimeStatus status)
    {
        _problems = Problems(status);
        var (at, commit) = (status.AppliedAt ?? status.AsOf, status.Commit?.Hex ?? "");
        if (options.Json) Json.WriteLine(new FollowEvent.Applied("applied", at, status.Epoch, commit, status.Models.Count, _problems), types => types.Applied);
        else _page.Line($"{Time(at)}  epoch {status.Epoch}, commit {commit[..Math.Min(8, commit.Length)]}, {Human.Count(status.Models.Count, "model")}{(_problems.Length == 0 ? "" : $"; problems: {string.Join("; ", _problems)}")}");
    }

    private void TellProblems(RuntimeStatus status)
    {
        var problems = Problems(status);
        if (problems.SequenceEqual(_problems)) return;
        _problems = problems;
        if (options.Json) Json.WriteLine(new FollowEvent.Problem("problem", status.AsOf, problems), types => types.Problem);
        else _page.Line($"{Time(status.AsOf)}  {(problems.Length == 0 ? "no problems any more" : $"problems: {string.Join("; ", problems)}")}");
    }

    private void TellAll(ModelRuntime runtime)
    {
        foreach (var line in runtime.Describe().TrimEnd().Split('\n')) _page.Line(line);
        _page.Line();
    }

    private void TellEnd(RuntimeStatus status)
    {
        var seconds = _decisions.Elapsed.TotalSeconds;
        var rate = seconds > 0 ? _decisions.Decisions / seconds : 0;
        if (options.Json)
        {
            Json.WriteLine(
                new FollowEvent.End("end", status.AsOf, status.Epoch, status.Commit?.Hex, status.Reloads, status.FailedReloads,
                    _decisions.Decisions, _decisions.Failed, _decisions.FirstFailure, _decisions.EpochsSeen, seconds, rate),
                types => types.End);
            return;
        }
        _page.Line($"{Time(status.AsOf)}  end: epoch {status.Epoch}, {Human.Count(status.Reloads, "reload")}{(status.FailedReloads == 0 ? "" : $", {Human.Count(status.FailedReloads, "failed attempt")}")}");
        if (!options.Decide) return;
        _page.Line($"{_decisions.Decisions} decisions in {Human.Span(_decisions.Elapsed)} on one thread, {rate:0} a second, on {Human.Count(_decisions.EpochsSeen, "generation")}; {_decisions.Failed} failed");
        if (_decisions.FirstFailure is { } first) _page.Line($"The first failure: {first}");
    }

    private static string[] Problems(RuntimeStatus status) => [.. status.Problems.Select(problem => problem.Model is { } model ? $"{model}: {problem.Message}" : problem.Message)];

    private static string Time(DateTimeOffset time) => $"{time.UtcDateTime:HH:mm:ss.fff}Z";
}
