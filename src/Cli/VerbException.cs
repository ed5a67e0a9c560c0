namespace Delivery.Cli;

/// <summary>A verb cannot do what was asked; the message is all that the user needs.</summary>
public sealed class VerbException : Exception
{
    public VerbException() { }
    public VerbException(string message) : base(message) { }
    public VerbException(string message, Exception innerException) : base(message, innerException) { }

    /// <summary>Default <see cref="ExitCodes.Failed"/>.</summary>
    public int ExitCode { get; init; } = ExitCodes.Failed;

    /// <summary>An argument that cannot be used.</summary>
    public static VerbException Usage(string message) => new(message) { ExitCode = ExitCodes.Usage };
}
