using Delivery.EventLog.Records;

namespace Delivery.ApplyRuntime.Logging;

/// <summary>Gives the readable form of single decisions to the host. Any thread; it allocates, so only for requests that ask for it.</summary>
/// <param name="told">Somebody else's code.</param>
internal sealed class DebugPrint(Action<string> told)
{
    public void Randomised(in LoggedDecision decision, ReadOnlySpan<float> features) => Tell(RequestDataText.Of(RequestLog.EntryOf(decision, features)));

    public void NotRandomised(in LoggedDecision decision, ReadOnlySpan<float> features) =>
        Tell($"Not randomised, so not logged. It would be:\n{RequestDataText.Of(RequestLog.EntryOf(decision, features))}");

    private void Tell(string text)
    {
        try
        {
            told(text);
        }
        catch (Exception)
        {
            // Somebody else's code: a request must not fail for what it prints, and nothing but the print is lost.
        }
    }
}
