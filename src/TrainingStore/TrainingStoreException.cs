namespace Delivery.TrainingStore;

/// <summary>The store cannot do what was asked; the message names the store, the model where there is one, and what stands in the way. Nothing was saved.</summary>
public sealed class TrainingStoreException : Exception
{
    public TrainingStoreException() { }
    public TrainingStoreException(string message) : base(message) { }
    public TrainingStoreException(string message, Exception innerException) : base(message, innerException) { }

    /// <summary>What stands in the way is one model's entry: trying again is of no use, and the store serves all others.</summary>
    public bool IsOfOneEntry { get; init; }
}
