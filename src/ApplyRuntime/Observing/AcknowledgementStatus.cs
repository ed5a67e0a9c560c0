namespace Delivery.ApplyRuntime.Observing;

/// <summary>The file that tells others what a runtime has in use.</summary>
/// <param name="Path">The file.</param>
/// <param name="WrittenAt">Its last sign of life; null while it could not be written.</param>
/// <param name="Problem">Why the last try failed; null when it did not. It is tried again.</param>
public sealed record AcknowledgementStatus(string Path, DateTimeOffset? WrittenAt, string? Problem);
