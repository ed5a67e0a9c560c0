using System.Globalization;
using System.Text;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Signing;

/// <summary>
/// The highest epoch that a reader has seen, so that an old generation, though rightly signed once, is never taken for news. One
/// line, <c>1 epoch commit</c>, replaced by rename. One thread at a time.
/// </summary>
/// <param name="path">The file; null keeps the mark in memory.</param>
public sealed class EpochMark(string? path)
{
    private const int MaxBytes = 128;
    private readonly LocalDisk _disk = new();
    private bool _isRead = path is null;
    private (long Epoch, CommitId Commit)? _highest;

    /// <summary>Why a generation must not be used; null when it may.</summary>
    /// <exception cref="UntrustedException">The file cannot be read, or is no mark: without it nothing can be said, so nothing is believed.</exception>
    public string? Refusal(CurrentPointer pointer)
    {
        Read();
        if (_highest is not { } highest || pointer.Epoch > highest.Epoch) return null;
        var seen = path is null ? "" : $" ({path})";
        return pointer.Epoch < highest.Epoch ? $"epoch went back from {highest.Epoch}, which was seen before{seen}, to {pointer.Epoch}."
            : pointer.Commit != highest.Commit ? $"epoch {pointer.Epoch} came a second time, with commit {pointer.Commit.Short} after {highest.Commit.Short}{seen}."
            : null;
    }

    /// <summary>Notes that a generation was seen and believed; durable when this returns.</summary>
    /// <exception cref="UntrustedException">It cannot be written: after a restart an older generation would be believed.</exception>
    public void Advance(CurrentPointer pointer)
    {
        Read();
        if (_highest?.Epoch >= pointer.Epoch) return;
        if (path is not null) Write(path, pointer);
        _highest = (pointer.Epoch, pointer.Commit);
    }

    private void Read()
    {
        if (_isRead) return;
        try
        {
            if (File.Exists(path)) _highest = Parse(File.ReadAllBytes(path));
            _isRead = true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new UntrustedException($"{path}: the highest epoch seen cannot be read: {e.Message} Nothing new is loaded. Mend the file, or remove it to trust what is there now.", e);
        }
    }

    private static (long, CommitId) Parse(byte[] content)
    {
        var text = content.Length <= MaxBytes ? Encoding.ASCII.GetString(content) : "";
        return text.EndsWith('\n') && text[..^1].Split(' ') is ["1", var epoch, var commit]
            && long.TryParse(epoch, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && CommitId.TryParse(commit, out var id)
            ? (number, id)
            : throw new FormatException($"{content.Length} bytes that are no mark; expected one line '1 epoch commit'.");
    }

    private void Write(string file, CurrentPointer pointer)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var temporary = Path.Combine(folder, $".{Path.GetFileName(file)}.new");
        try
        {
            _disk.CreateDirectory(folder);
            _disk.WriteDurably(Path.Combine(folder, Path.GetFileName(file)), temporary, Encoding.ASCII.GetBytes($"1 {pointer.Epoch} {pointer.Commit}\n"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UntrustedException($"{file}: the highest epoch seen cannot be written: {e.Message} Epoch {pointer.Epoch} is not loaded.", e);
        }
    }
}
