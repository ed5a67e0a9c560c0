using System.Text;
using Delivery.Models;
using Delivery.TestKit;

namespace Delivery.FastData.Git.Tests.Verifying;

/// <summary>A delivered folder of a few generations, and copies of it to be damaged.</summary>
internal sealed class DamagedFolder : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private int _copies;

    /// <param name="generations">Each changes one model of three, and the cards of it.</param>
    public DamagedFolder(int generations = 3)
    {
        for (var i = 0; i < generations; i++) Publish(Whole, i);
    }

    public string Whole => _temporary["whole"];

    /// <summary>Every file that CURRENT, a manifest or the object database covers, from the root of the folder.</summary>
    public IReadOnlyList<string> Covered =>
    [
        "CURRENT",
        Path.Combine(".git", "refs", "heads", "main"),
        .. new[] { "models", "manifests", Path.Combine(".git", "objects", "pack") }.SelectMany(folder => Directory.GetFiles(Path.Combine(Whole, folder)))
            .Select(path => Path.GetRelativePath(Whole, path)).Order(StringComparer.Ordinal),
    ];

    public static void Publish(string folder, int seed)
    {
        var publisher = new FastDataPublisher(folder);
        ModelChange[] changes = seed == 0 ? [Change("a", 0), Change("b", 0), Change("c", 0)] : [Change(((char)('a' + (seed % 3))).ToString(), seed)];
        publisher.Publish(new Publication { ExpectedTip = publisher.ReadTip(default).Commit, Message = $"Generation {seed}", Models = changes }, default);
    }

    /// <summary>A copy with the same modes.</summary>
    public string Copy()
    {
        var copy = _temporary[$"copy-{++_copies}"];
        foreach (var directory in Directory.EnumerateDirectories(Whole, "*", SearchOption.AllDirectories).Prepend(Whole)) Directory.CreateDirectory(Path.Combine(copy, Path.GetRelativePath(Whole, directory)));
        foreach (var file in Directory.EnumerateFiles(Whole, "*", SearchOption.AllDirectories)) File.Copy(file, Path.Combine(copy, Path.GetRelativePath(Whole, file)));
        return copy;
    }

    /// <summary>Writes other bytes into a file as a failing disk would: mode and name stay.</summary>
    public static void Overwrite(string path, byte[] content)
    {
        var mode = OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(path);
        File.Delete(path);
        File.WriteAllBytes(path, content);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, mode);
    }

    public static void Flip(string path, long bit)
    {
        var content = File.ReadAllBytes(path);
        content[bit / 8] ^= (byte)(1 << (int)(bit % 8));
        Overwrite(path, content);
    }

    public void Dispose() => _temporary.Dispose();

    private static ModelChange Change(string name, int seed) => new(ModelName.Parse(name), TestModels.Linear(name, seed),
        Encoding.UTF8.GetBytes($"{{\n  \"seed\": {seed},\n  \"text\": \"{string.Concat(Enumerable.Range(0, 40).Select(i => $"line {i} of the card of {name}; "))}\"\n}}\n"));
}
