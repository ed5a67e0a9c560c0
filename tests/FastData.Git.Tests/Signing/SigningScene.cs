using System.Text;
using Delivery.FastData.Git.Signing;
using Delivery.FastData.Signing;
using Delivery.Models;
using Delivery.TestKit;

namespace Delivery.FastData.Git.Tests.Signing;

/// <summary>A folder, keys and a file of allowed signers outside of it.</summary>
internal sealed class SigningScene : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public SigningScene()
    {
        MakeKey("key");
        Allow("key");
    }

    public string Folder => _temporary["fast-data"];

    public string Allowed => _temporary["allowed_signers"];

    public string this[string name] => _temporary[name];

    public FolderLayout Layout => new(Folder);

    public static ModelChange Change(string name, int seed) =>
        new(ModelName.Parse(name), TestModels.Linear(name, seed), Encoding.UTF8.GetBytes($"{{\"seed\":{seed}}}"));

    public void MakeKey(string name, string type = "ecdsa") => SshProgram.MakeKey(this[name], type);

    /// <summary>Only these keys may sign from now on.</summary>
    public void Allow(params string[] keys) => File.WriteAllLines(Allowed, keys.Select(key => $"updater@host {SshProgram.PublicKey(this[key])}"));

    public FastDataPublisher Publisher(string? key = "key") => new(Folder) { Signer = key is null ? null : new SshSigner(this[key]) };

    /// <summary>A program that stands in for another.</summary>
    public string Script(string name, string command)
    {
        ShellScript.Write(this[name], command);
        return this[name];
    }

    /// <summary>Publishes one model of this content.</summary>
    public PublishOutcome.Published Publish(int seed, string? key = "key")
    {
        var publisher = Publisher(key);
        return publisher.Publish(new Publication { ExpectedTip = publisher.ReadTip(default).Commit, Message = $"Deliver {seed}", Models = [Change("news", seed)] }, default)
            .Should().BeOfType<PublishOutcome.Published>().Subject;
    }

    /// <summary>Whether a reader that checks would take what is live; throws what it would say.</summary>
    public Manifest ReadTrusted() => ReadTrusted(Folder, Allowed);

    public static Manifest ReadTrusted(string folder, string allowed)
    {
        var reader = new FolderReader(new FolderLayout(folder));
        return reader.ReadManifest(reader.ReadCurrent()!, (current, bytes) =>
            ManifestSignature.Require(bytes, reader.ReadSignature(current), reader.Layout.SignaturePath(current.Epoch, current.Commit), AllowedSigners.Load(allowed), TimeProvider.System.GetUtcNow()));
    }

    /// <summary>The files that travel with <see cref="SignedDelivery.SignaturesRef"/>.</summary>
    public string[] Travelling() => GitProgram.Run(Folder, "ls-tree", "--name-only", SignedDelivery.SignaturesRef).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public void Dispose() => _temporary.Dispose();
}
