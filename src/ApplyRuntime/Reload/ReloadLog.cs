using Delivery.ApplyRuntime.Observing;

namespace Delivery.ApplyRuntime.Reload;

/// <summary>What went well and what went wrong. Loader thread only.</summary>
internal sealed class ReloadLog(TimeProvider time, RuntimeMeter? meter = null)
{
    private RuntimeProblem? _pointerProblem;

    public long Reloads { get; private set; }

    public long FailedReloads { get; private set; }

    /// <summary>Failures since the last time that nothing was wrong.</summary>
    public long ConsecutiveFailures { get; private set; }

    /// <summary>Since when something has been wrong; null when nothing is.</summary>
    public DateTimeOffset? ProblemsSince { get; private set; }

    public RuntimeError? LastError { get; private set; }

    /// <summary>What the last attempt could not load.</summary>
    public IReadOnlyList<RuntimeProblem> AttemptProblems { get; private set; } = [];

    public IReadOnlyList<RuntimeProblem> Problems => _pointerProblem is null ? AttemptProblems : [_pointerProblem, .. AttemptProblems];

    /// <summary>Why there is nothing to load yet; null when there is, or when <see cref="Problems"/> says it. No problem: a folder may be filled later.</summary>
    public string? NothingYet { get; private set; }

    public void Applied() => Reloads++;

    /// <summary>There is no CURRENT, and never was one.</summary>
    public void PointerIsAbsent(string why) => NothingYet = why;

    /// <summary>CURRENT cannot be followed. Seen again at each look, it counts once.</summary>
    public void PointerIsBad(string message)
    {
        NothingYet = null;
        if (_pointerProblem?.Message == message) return;
        _pointerProblem = new RuntimeProblem(null, message);
        Fail(message);
    }

    public void PointerIsGood()
    {
        (_pointerProblem, NothingYet) = (null, null);
        EndIfWell();
    }

    /// <summary>An attempt has ended.</summary>
    public void Took(TimeSpan time, bool swapped) => meter?.Reloaded(time.TotalSeconds, swapped, AttemptProblems.Count);

    public void Attempted(IReadOnlyList<RuntimeProblem> problems)
    {
        AttemptProblems = problems;
        EndIfWell();
        if (problems.Count > 0) Fail(problems.Count == 1 ? problems[0].Message : $"{problems[0].Message} ({problems.Count - 1} more.)");
    }

    /// <summary>Something outside the folder failed.</summary>
    public void Error(string message) => LastError = new RuntimeError(message, time.GetUtcNow());

    private void EndIfWell()
    {
        if (_pointerProblem is null && AttemptProblems.Count == 0) (ConsecutiveFailures, ProblemsSince) = (0, null);
    }

    private void Fail(string message)
    {
        FailedReloads++;
        ConsecutiveFailures++;
        ProblemsSince ??= time.GetUtcNow();
        Error(message);
    }
}
