namespace Delivery.FastData;

/// <summary>A file of a fast-data folder is not as it must be; the message names the file, what stands there and what was expected.</summary>
public sealed class FastDataException : Exception
{
    public FastDataException() { }
    public FastDataException(string message) : base(message) { }
    public FastDataException(string message, Exception innerException) : base(message, innerException) { }
}
