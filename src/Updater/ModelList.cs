using Delivery.Models;

namespace Delivery.Updater;

/// <summary>
/// The models that the updater looks after: one name a line, <c>#</c> starts a comment, blank lines do not count. A name that
/// goes from the list stays delivered as it is: nothing that is live ends by an edit of this file.
/// </summary>
public sealed class ModelList
{
    private ModelList(IReadOnlyList<ModelName> names) => Names = names;

    /// <summary>Each once, in the order of names.</summary>
    public IReadOnlyList<ModelName> Names { get; }

    /// <param name="path">The file: UTF-8 with or without a byte order mark, lines ended as on any system.</param>
    /// <param name="delivered">The delivered names: file systems that ignore case would confuse a new spelling with one of them.</param>
    /// <exception cref="ModelListException">The file cannot be read or has mistakes; all of them are told at once.</exception>
    public static ModelList Load(string path, IEnumerable<ModelName> delivered)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelListException([Directory.Exists(path) ? $"{path}: is a folder; a file was expected." : $"{path}: cannot be read: {e.Message}"]);
        }
        return Parse(text, path, delivered);
    }

    /// <inheritdoc cref="Load"/>
    /// <param name="text">The list.</param>
    /// <param name="source">The file's name, for the messages.</param>
    /// <param name="delivered">The delivered names.</param>
    public static ModelList Parse(string text, string source, IEnumerable<ModelName> delivered)
    {
        var problems = new List<string>();
        var lines = new Dictionary<string, (ModelName Name, int Line)>(StringComparer.OrdinalIgnoreCase);
        var before = delivered.ToLookup(name => name.Value, StringComparer.OrdinalIgnoreCase);
        using var reader = new StringReader(text.TrimStart('\uFEFF'));
        for (var number = 1; reader.ReadLine() is { } line; number++)
        {
            var written = line.Split('#', 2)[0].Trim();
            if (written.Length == 0) continue;
            if (!ModelName.TryParse(written, out var name, out var problem))
            {
                problems.Add($"{source}:{number}: {problem}");
            }
            else if (!lines.TryAdd(name.Value, (name, number)))
            {
                var first = lines[name.Value];
                problems.Add(first.Name == name
                    ? $"{source}:{number}: '{name}' stands already on line {first.Line}."
                    : $"{source}:{number}: '{name}' differs only in case from '{first.Name}' on line {first.Line}.");
            }
            else if (before[name.Value].Any() && !before[name.Value].Contains(name))
            {
                problems.Add($"{source}:{number}: '{name}' differs only in case from '{before[name.Value].First()}', which was delivered before.");
            }
        }
        return problems.Count == 0 ? new ModelList([.. lines.Values.Select(l => l.Name).Order()]) : throw new ModelListException(problems);
    }
}

/// <summary>A model list with mistakes; none of it was used.</summary>
public sealed class ModelListException : Exception
{
    public ModelListException() { }
    public ModelListException(string message) : base(message) { }
    public ModelListException(string message, Exception innerException) : base(message, innerException) { }

    public ModelListException(IReadOnlyList<string> problems) : base(string.Join('\n', problems)) => Problems = problems;

    /// <summary>Each with file, line and what was expected, in the order of the file.</summary>
    public IReadOnlyList<string> Problems { get; } = [];
}
