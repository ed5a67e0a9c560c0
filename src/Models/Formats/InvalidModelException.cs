namespace Delivery.Models.Formats;

/// <summary>The bytes are not a model that can be used; the message names the place, what stands there and what was expected.</summary>
public sealed class InvalidModelException : Exception
{
    public InvalidModelException() { }
    public InvalidModelException(string message) : base(message) { }
    public InvalidModelException(string message, Exception innerException) : base(message, innerException) { }
}
