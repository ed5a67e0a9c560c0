namespace Delivery.ApplyRuntime.Reload;

/// <summary>What went well and what went wrong. Loader thread only.</summary>
internal sealed class ReloadLog(TimeProvider time)
{
    private RuntimeProblem? _pointerProblem;

    public long Reloads { get; private set; }

    public long FailedReloads { get; private set; }

    public RuntimeError? LastError { get; private set; }

    /// <summary>What the last attempt could not load.</summary>
    public IReadOnlyList<RuntimeProblem> AttemptProblems { get; private set; } = [];

    public IReadOnlyList<RuntimeProblem> Problems => _pointerProblem is null ? AttemptProblems : [_pointerProblem, .. AttemptProblems];

    public void Applied() => Reloads++;

    /// <summary>CURRENT cannot be followed. Seen again at each look, it counts once.</summary>
    public void PointerIsBad(string message)
    {
        if (_pointerProblem?.Message == message) return;
        _pointerProblem = new RuntimeProblem(null, message);
        Fail(message);
    }

    public void PointerIsGood() => _pointerProblem = null;

    public void Attempted(IReadOnlyList<RuntimeProblem> problems)
    {
        AttemptProblems = problems;
        if (problems.Count > 0) Fail(problems.Count == 1 ? problems[0].Message : $"{problems[0].Message} ({problems.Count - 1} more.)");
    }

    /// <summary>Something outside the folder failed.</summary>
    public void Error(string message) => LastError = new RuntimeError(message, time.GetUtcNow());

    private void Fail(string message)
    {
        FailedReloads++;
        Error(message);
    }
}
