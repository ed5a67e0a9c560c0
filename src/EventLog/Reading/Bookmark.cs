using System.Text;

namespace Delivery.EventLog.Reading;

/// <summary>
/// A reader's position, kept in the directory of the log as <c>NAME.bookmark</c>: where the reader goes on after a restart, and
/// what tells a writer with <see cref="EventLogOptions.KeepFor"/> that a segment was read.
/// </summary>
/// <remarks>One process at a time saves under one name.</remarks>
public static class Bookmark
{
    private const string Ending = ".bookmark";

    /// <summary>Replaces the bookmark in one step, durable when the call returns.</summary>
    /// <param name="directory">Of the log.</param>
    /// <param name="name">Of the reader: 1 to 128 of <c>A-Z a-z 0-9 _ -</c>.</param>
    /// <param name="position">Everything before it is done with.</param>
    public static void Save(string directory, string name, EventLogPosition position)
    {
        ArgumentNullException.ThrowIfNull(position);
        var path = PathOf(directory, name);
        var temporary = path + ".tmp";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            file.Write(Encoding.UTF8.GetBytes(position.ToString()));
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Null when there is none of this name.</summary>
    /// <exception cref="FormatException">The file is damaged; the message names it.</exception>
    public static EventLogPosition? Load(string directory, string name)
    {
        var path = PathOf(directory, name);
        return File.Exists(path) ? Read(path) : null;
    }

    /// <summary>Forgets a reader that will not come back. It is no error when there is none of this name.</summary>
    public static void Delete(string directory, string name) => File.Delete(PathOf(directory, name));

    /// <summary>Of all readers.</summary>
    /// <exception cref="FormatException">One is damaged: nobody knows what it has passed.</exception>
    internal static List<EventLogPosition> All(string directory) => [.. Directory.EnumerateFiles(directory, "*" + Ending).Select(Read)];

    private static EventLogPosition Read(string path)
    {
        try
        {
            return EventLogPosition.Parse(File.ReadAllText(path));
        }
        catch (FormatException e)
        {
            throw new FormatException($"{path}: {e.Message}", e);
        }
    }

    private static string PathOf(string directory, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        if (name is not { Length: >= 1 and <= 128 } || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
        {
            throw new ArgumentException($"'{name}' is no name of a bookmark; expected 1 to 128 of A-Z a-z 0-9 _ -.", nameof(name));
        }
        return Path.Combine(directory, name + Ending);
    }
}
