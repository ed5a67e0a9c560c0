using System.Text;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Git.Mirroring;

/// <summary>
/// <c>.git/delivery-mirror</c>: says that this folder follows a remote, so that nobody publishes into it, and that no mirror
/// takes over a folder that somebody publishes into. One line, <c>1 branch address</c>.
/// </summary>
internal sealed record MirrorRecord(string Branch, string From)
{
    private const string Format = "1";

    public static string PathOf(FolderLayout layout) => Path.Combine(layout.Repository, "delivery-mirror");

    /// <summary>Null when the folder is no mirror.</summary>
    public static MirrorRecord? Read(FolderLayout layout)
    {
        var path = PathOf(layout);
        if (!File.Exists(path)) return null;
        return File.ReadAllText(path).TrimEnd('\n').Split(' ', 3) is [Format, var branch, var from]
            ? new MirrorRecord(branch, from)
            : throw new FastDataException($"{path}: no record of a mirror; expected one line '{Format} branch address'. Remove the file only if this folder follows no remote.");
    }

    public void Write(FolderLayout layout, IDisk disk) =>
        disk.WriteDurably(PathOf(layout), Path.Combine(layout.Repository, "tmp_ours_mirror"), Encoding.UTF8.GetBytes($"{Format} {Branch} {From}\n"));
}
