using System.Text;
using Delivery.FastData.Git.Mirroring;
using Delivery.FastData.Storage;
using Delivery.Models;
using Delivery.TestKit;

namespace Delivery.FastData.Git.Tests.Mirroring;

/// <summary>A writer's folder and mirrors of it.</summary>
internal sealed class MirrorScene : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public MirrorScene() => Writer = new FastDataPublisher(Remote);

    /// <summary>The folder that holds everything.</summary>
    public string Root => _temporary.Path;

    /// <summary>The folder of the writer.</summary>
    public string Remote => _temporary["remote"];

    /// <summary>The folder of the first mirror.</summary>
    public string Folder => _temporary["mirror"];

    public FastDataPublisher Writer { get; }

    public string this[string name] => _temporary[name];

    /// <summary>Publishes models <c>a</c> and <c>b</c> of the n-th version, and <c>same</c>, which never changes.</summary>
    public CommitId Publish(int n, params string[] more)
    {
        var outcome = Writer.Publish(
            new Publication
            {
                ExpectedTip = Writer.ReadTip(default).Commit,
                Message = $"Generation {n}",
                Models = [Change("a", n), Change("b", n), Change("same", 0), .. more.Select(name => Change(name, n))],
                Control = new Dictionary<string, ReadOnlyMemory<byte>?> { ["quarantine.json"] = Encoding.UTF8.GetBytes($"[{n}]") },
            },
            default);
        return outcome.Should().BeOfType<PublishOutcome.Published>().Subject.Commit;
    }

    public FastDataMirrorOptions Options(string? from = null, string? folder = null) => new() { From = from ?? Remote, Folder = folder ?? Folder, LockTimeout = TimeSpan.FromMinutes(1) };

    /// <summary>One poll of a new mirror.</summary>
    public async Task<MirrorOutcome> PollAsync(string? from = null, string? folder = null, Func<FastDataMirrorOptions, FastDataMirrorOptions>? change = null, TimeProvider? time = null, IDisk? disk = null)
    {
        using var mirror = new FastDataMirror((change ?? (options => options))(Options(from, folder)), time, disk);
        return await mirror.PollOnceAsync(default);
    }

    /// <summary>Runs git in the writer's repository, whose own rules against going back are lifted.</summary>
    public string Git(params string[] arguments) => GitProgram.Run(Remote, arguments);

    /// <summary>Checks that a folder is whole and serves just what the remote does.</summary>
    public void ShouldServeWhatTheRemoteDoes(string? folder = null)
    {
        FolderState.ShouldBeWhole(folder ?? Folder);
        File.ReadAllText(new FolderLayout(folder ?? Folder).Current).Should().Be(File.ReadAllText(new FolderLayout(Remote).Current), "epoch, commit and the bytes of the manifest are the remote's");
    }

    public static ModelChange Change(string name, int seed) =>
        new(ModelName.Parse(name), TestModels.Linear(name, seed), Encoding.UTF8.GetBytes($"{{\"seed\":{seed}}}"));

    public void Dispose() => _temporary.Dispose();
}
