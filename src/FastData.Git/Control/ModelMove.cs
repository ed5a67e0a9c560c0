using Delivery.Models;

namespace Delivery.FastData.Git.Control;

/// <summary>What an order did to one model.</summary>
/// <param name="Name">The model.</param>
/// <param name="Before">What was delivered; null for nothing.</param>
/// <param name="After">What is delivered now; null for nothing. The same as <paramref name="Before"/> when only the card changed.</param>
public sealed record ModelMove(ModelName Name, ContentHash? Before, ContentHash? After)
{
    /// <summary>For a line about the model: <c>03ac6742 -> 9b74c989</c>.</summary>
    public string Words => (Before, After) switch
    {
        ({ } before, null) => $"removed, was {Short(before)}",
        (null, { } after) => $"back, {Short(after)}",
        ({ } before, { } after) when before == after => $"the card alone, {Short(after)}",
        ({ } before, { } after) => $"{Short(before)} -> {Short(after)}",
        _ => "nothing",
    };

    private static string Short(ContentHash content) => content.Hex[..8];
}
