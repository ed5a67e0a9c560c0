namespace Delivery.ApplyRuntime.Blending;

/// <summary>The page of one request, as the host's blender builds it: what the runtime asks of it, and how it speaks to it.</summary>
/// <remarks>Called on the thread of the request. What it throws goes to the caller of the runtime.</remarks>
public interface IBlender
{
    /// <summary>Stands for "not on the page" where a position is expected.</summary>
    const int NotShown = -1;

    /// <summary>Whether the blender deals with this vertical on this page at all.</summary>
    bool HasIntent(string intent);

    /// <summary>Whether there is a document of this vertical that could be shown.</summary>
    bool HasDocument(string intent);

    /// <summary>Asks for a position. The call of the highest priority decides; ordinary formulas speak with priority 0.</summary>
    /// <param name="intent">The vertical.</param>
    /// <param name="position">From 0, the top; <see cref="NotShown"/> to leave it out.</param>
    /// <param name="priority">Of the caller.</param>
    void SetIntentPosition(string intent, int position, int priority);
}
