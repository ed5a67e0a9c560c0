namespace Delivery.Cli.Demo;

/// <summary>The demo cannot go on; the message tells a person why and what to do.</summary>
public sealed class DemoException : Exception
{
    public DemoException() { }
    public DemoException(string message) : base(message) { }
    public DemoException(string message, Exception innerException) : base(message, innerException) { }
}
