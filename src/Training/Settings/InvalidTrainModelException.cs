using Delivery.Models.Settings;

namespace Delivery.Training.Settings;

/// <summary>The settings of a model cannot be used; the message lists every mistake, one a line.</summary>
public sealed class InvalidTrainModelException : Exception
{
    public InvalidTrainModelException() { }
    public InvalidTrainModelException(string message) : base(message) { }
    public InvalidTrainModelException(string message, Exception innerException) : base(message, innerException) { }

    public InvalidTrainModelException(IReadOnlyList<SettingProblem> problems) : base(string.Join(Environment.NewLine, problems)) => Problems = problems;

    /// <summary>All mistakes found.</summary>
    public IReadOnlyList<SettingProblem> Problems { get; } = [];
}
