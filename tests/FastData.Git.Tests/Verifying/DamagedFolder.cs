using System.Text;
using Delivery.FastData.Git.Signing;
using Delivery.Models;
using Delivery.TestKit;

namespace Delivery.FastData.Git.Tests.Verifying;

/// <summary>A delivered folder of a few generations, and copies of it to be damaged.</summary>
internal sealed class DamagedFolder : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private int _copies;

    /// <param name="generations">Each changes one model of three, and the cards of it.</param>
    /// <param name="signed">Whether they are signed with <see cref="Key"/>.</param>
    public DamagedFolder(int generations = 3, bool signed = false)
    {
        if (signed)
        {
            SshProgram.MakeKey(Key);
            Allow(Key);
        }
        for (var i = 0; i < generations; i++) Publish(Whole, i, signed ? Key : null);
    }

    /// <summary>A signing key.</summary>
    public string Key => _temporary["key"];

    /// <summary>The file of allowed signers.</summary>
    public string Allowed => _temporary["allowed_signers"];

    public string this[string name] => _temporary[name];

    public string Whole => _temporary["whole"];

    /// <summary>Every file that CURRENT, a manifest or the object database covers, from the root of the folder.</summary>
    public IReadOnlyList<string> Covered =>
    [
        "CURRENT",
        Path.Combine(".git", "refs", "heads", "main"),
        .. new[] { Path.Combine(".git", "refs", "delivery", "signatures") }.Where(file => File.Exists(Path.Combine(Whole, file))),
        .. new[] { "models", "manifests", Path.Combine(".git", "objects", "pack") }.SelectMany(folder => Directory.GetFiles(Path.Combine(Whole, folder)))
            .Select(path => Path.GetRelativePath(Whole, path)).Order(StringComparer.Ordinal),
    ];

    /// <summary>Only this key may sign from now on; with such options, if there are any.</summary>
    public void Allow(string key, string options = "") => File.WriteAllText(Allowed, $"updater {options} {SshProgram.PublicKey(key)}\n");

    public static void Publish(string folder, int seed, string? key = null)
    {
        var publisher = new FastDataPublisher(folder) { Signer = key is null ? null : new SshSigner(key) };
        ModelChange[] changes = seed == 0 ? [Change("a", 0), Change("b", 0), Change("c", 0)] : [Change(((char)('a' + (seed % 3))).ToString(), seed)];
        publisher.Publish(new Publication { ExpectedTip = publisher.ReadTip(default).Commit, Message = $"Generation {seed}", Models = changes }, default);
    }

    /// <summary>A copy with the same modes.</summary>
    public string Copy()
    {
        var copy = _temporary[$"copy-{++_copies}"];
        TemporaryFolder.Copy(Whole, copy);
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
