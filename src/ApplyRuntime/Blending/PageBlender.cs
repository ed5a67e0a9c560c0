namespace Delivery.ApplyRuntime.Blending;

/// <summary>One line of a page.</summary>
/// <param name="Intent">The vertical whose wizard stands here; null for an ordinary result.</param>
/// <param name="Document">What is shown.</param>
public sealed record PageItem<T>(string? Intent, T Document);

/// <summary>A small blender for a page of results and the wizards that were put among them. For one request, on one thread.</summary>
/// <typeparam name="T">What the host shows: results and wizards alike.</typeparam>
/// <param name="results">The ordinary results, best first.</param>
public sealed class PageBlender<T>(IReadOnlyList<T> results) : IBlender
{
    private readonly Dictionary<string, Wizard> _wizards = new(StringComparer.Ordinal);

    /// <summary>Adds a vertical, with the document that it would show. It is not on the page until somebody gives it a position.</summary>
    public PageBlender<T> Add(string intent, T document)
    {
        _wizards.Add(intent, new Wizard(intent) { Document = document, HasDocument = true });
        return this;
    }

    /// <summary>Adds a vertical that has nothing to show for this request.</summary>
    public PageBlender<T> AddWithoutDocument(string intent)
    {
        _wizards.Add(intent, new Wizard(intent));
        return this;
    }

    public bool HasIntent(string intent) => _wizards.ContainsKey(intent);

    public bool HasDocument(string intent) => _wizards.TryGetValue(intent, out var wizard) && wizard.HasDocument;

    /// <inheritdoc/>
    /// <remarks>Of two calls with the same priority the first stays. A vertical that was not added is ignored.</remarks>
    public void SetIntentPosition(string intent, int position, int priority)
    {
        if (!_wizards.TryGetValue(intent, out var wizard) || (wizard.Priority is { } held && held >= priority)) return;
        (wizard.Position, wizard.Priority) = (position, priority);
    }

    /// <summary>Where a vertical was put; <see cref="IBlender.NotShown"/> when it is not on the page.</summary>
    public int PositionOf(string intent) => _wizards.TryGetValue(intent, out var wizard) && wizard is { HasDocument: true, Priority: not null } ? wizard.Position : IBlender.NotShown;

    /// <summary>
    /// The page from the top. A wizard stands at its position, or at the end where the page is shorter; of two that want the same
    /// position the one of higher priority comes first, then the one whose name does, and the other follows it.
    /// </summary>
    public IReadOnlyList<PageItem<T>> Page()
    {
        var page = results.Select(result => new PageItem<T>(null, result)).ToList();
        var next = 0;
        foreach (var wizard in _wizards.Values.Where(w => PositionOf(w.Intent) >= 0)
            .OrderBy(w => w.Position).ThenByDescending(w => w.Priority).ThenBy(w => w.Intent, StringComparer.Ordinal))
        {
            var at = Math.Min(Math.Max(wizard.Position, next), page.Count);
            page.Insert(at, new PageItem<T>(wizard.Intent, wizard.Document!));
            next = at + 1;
        }
        return page;
    }

    private sealed class Wizard(string intent)
    {
        public string Intent => intent;
        public T? Document { get; init; }
        public bool HasDocument { get; init; }
        public int Position { get; set; } = IBlender.NotShown;
        public int? Priority { get; set; }
    }
}
