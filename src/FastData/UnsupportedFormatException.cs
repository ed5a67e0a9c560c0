namespace Delivery.FastData;

/// <summary>A folder that a newer version wrote. It is left untouched: nothing is repaired, nothing is published.</summary>
public sealed class UnsupportedFormatException : Exception
{
    public UnsupportedFormatException() { }
    public UnsupportedFormatException(string message) : base(message) { }
    public UnsupportedFormatException(string message, Exception innerException) : base(message, innerException) { }
}
