using Delivery.Models.Settings;

namespace Delivery.ApplyRuntime.Settings;

/// <summary>Settings of <c>ApplyModels</c> cannot be used; the message lists every mistake, one a line.</summary>
public sealed class InvalidApplyModelsException : Exception
{
    public InvalidApplyModelsException() { }
    public InvalidApplyModelsException(string message) : base(message) { }
    public InvalidApplyModelsException(string message, Exception innerException) : base(message, innerException) { }

    /// <param name="problems">All mistakes found.</param>
    /// <param name="file">Named before each mistake; null when the settings came from no file.</param>
    public InvalidApplyModelsException(IReadOnlyList<SettingProblem> problems, string? file = null)
        : base(string.Join(Environment.NewLine, Lines(problems, file))) => (Problems, Messages) = (problems, Lines(problems, file));

    /// <summary>All mistakes found.</summary>
    public IReadOnlyList<SettingProblem> Problems { get; } = [];

    /// <summary>The same as sentences, with their file.</summary>
    public IReadOnlyList<string> Messages { get; } = [];

    private static string[] Lines(IReadOnlyList<SettingProblem> problems, string? file) => [.. problems.Select(problem => file is null ? $"{problem}" : $"{file}: {problem}")];
}
