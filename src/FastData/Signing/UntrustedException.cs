namespace Delivery.FastData.Signing;

/// <summary>Something is not signed as it must be, or is older than what was seen before. The message says which; nothing of it may be used.</summary>
public sealed class UntrustedException : Exception
{
    public UntrustedException() { }
    public UntrustedException(string message) : base(message) { }
    public UntrustedException(string message, Exception innerException) : base(message, innerException) { }
}
