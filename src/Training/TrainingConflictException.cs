namespace Delivery.Training;

/// <summary>Another trainer of the same model kept saving first; nothing of the last items was saved.</summary>
public sealed class TrainingConflictException : Exception
{
    public TrainingConflictException() { }
    public TrainingConflictException(string message) : base(message) { }
    public TrainingConflictException(string message, Exception innerException) : base(message, innerException) { }
}
