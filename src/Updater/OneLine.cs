namespace Delivery.Updater;

/// <summary>Texts of others, as they may stand in one line of a commit message or a record.</summary>
internal static class OneLine
{
    private const int MaxLength = 400;

    public static string Of(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        line = string.Concat(line.Where(c => !char.IsControl(c)));
        return line.Length <= MaxLength ? line : line[..MaxLength] + "...";
    }
}
