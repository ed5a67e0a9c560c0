using System.Net;
using System.Net.Sockets;
using Delivery.FastData.Git.Mirroring;
using Delivery.Models;
using Delivery.TestKit;

namespace Delivery.FastData.Git.Tests.Mirroring;

/// <summary>Real remotes: <c>git daemon</c>, and git's <c>http-backend</c>, which is told to answer badly.</summary>
public sealed class RemoteFetchTests : IDisposable
{
    private readonly MirrorScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task A_git_daemon_is_followed_and_missed_while_it_is_away()
    {
        _scene.Publish(1);
        using var daemon = new GitDaemon(_scene.Root);
        var url = daemon.UrlOf("remote");
        (await _scene.PollAsync(url)).Should().BeOfType<MirrorOutcome.Advanced>();
        _scene.Publish(2);
        daemon.Stop();

        var away = await _scene.PollAsync(url);
        FolderState.ReadLiveWhole(_scene.Folder)!.Epoch.Should().Be(1, "it serves on");
        daemon.Restart();
        var back = await _scene.PollAsync(url);

        away.Should().BeOfType<MirrorOutcome.Failed>().Which.Reason.Should().StartWith($"{url}: ").And.Contain("unable to connect").And.NotContain("%");
        away.Epoch.Should().Be(1);
        back.Should().BeOfType<MirrorOutcome.Advanced>().Which.Epoch.Should().Be(2);
        _scene.ShouldServeWhatTheRemoteDoes();
    }

    [Fact]
    public async Task Http_is_followed()
    {
        for (var n = 1; n <= 3; n++) _scene.Publish(n);
        using var server = new GitHttpServer(_scene.Root);

        (await _scene.PollAsync(server.UrlOf("remote"))).Should().BeOfType<MirrorOutcome.Advanced>();
        GitProgram.Run(_scene.Folder, "rev-list", "--count", "main").Trim().Should().Be("1");
        _scene.Publish(4);
        (await _scene.PollAsync(server.UrlOf("remote"))).Should().BeOfType<MirrorOutcome.Advanced>();

        _scene.ShouldServeWhatTheRemoteDoes();
    }

    [Theory]
    [InlineData(HttpFault.Truncate)]
    [InlineData(HttpFault.Garbage)]
    [InlineData(HttpFault.Flip)]
    [InlineData(HttpFault.Unavailable)]
    [InlineData(HttpFault.Hang)]
    public async Task A_remote_that_answers_badly_changes_nothing_and_is_followed_once_it_is_well(HttpFault fault)
    {
        _scene.Publish(1);
        using var server = new GitHttpServer(_scene.Root);
        var url = server.UrlOf("remote");
        foreach (var folder in (string[])[_scene.Folder, _scene["fresh"]]) // one that has a generation, one at first contact
        {
            server.Fault = HttpFault.None;
            if (folder == _scene.Folder) await _scene.PollAsync(url);
            _scene.Publish(folder == _scene.Folder ? 2 : 3);
            server.Fault = fault;

            var outcome = await _scene.PollAsync(url, folder, options => options with { StallTimeout = fault == HttpFault.Hang ? TimeSpan.FromSeconds(1) : options.StallTimeout });

            outcome.Should().BeOfType<MirrorOutcome.Failed>().Which.Reason.Should().StartWith(url);
            outcome.Epoch.Should().Be(folder == _scene.Folder ? 1 : 0);
            (FolderState.ReadLiveWhole(folder)?.Epoch ?? 0).Should().Be(outcome.Epoch);
            server.Fault = HttpFault.None;
            (await _scene.PollAsync(url, folder)).Should().BeOfType<MirrorOutcome.Advanced>();
            _scene.ShouldServeWhatTheRemoteDoes(folder);
        }
    }

    [Fact]
    public async Task A_slow_remote_is_waited_for()
    {
        _scene.Publish(1);
        using var server = new GitHttpServer(_scene.Root) { Fault = HttpFault.Slow };

        (await _scene.PollAsync(server.UrlOf("remote"))).Should().BeOfType<MirrorOutcome.Advanced>();
    }

    [Fact]
    public async Task A_transfer_that_takes_too_long_is_ended()
    {
        _scene.Publish(1);
        using var server = new GitHttpServer(_scene.Root) { Fault = HttpFault.Hang };

        var outcome = await _scene.PollAsync(server.UrlOf("remote"), change: options => options with { FetchTimeout = TimeSpan.FromSeconds(1) });

        outcome.Should().BeOfType<MirrorOutcome.Failed>().Which.Reason.Should().Contain("git fetch was stopped after 1 s without an end");
    }

    [Fact]
    public async Task A_remote_that_accepts_and_says_nothing_is_given_up()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var url = $"git://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/remote";

        var outcome = await _scene.PollAsync(url, change: options => options with { StallTimeout = TimeSpan.FromSeconds(1) });

        outcome.Should().BeOfType<MirrorOutcome.Failed>().Which.Reason.Should().Be($"{url}: git fetch was stopped after 1 s without a sign of life.");
    }

    [Fact]
    public async Task A_transfer_of_too_many_bytes_is_ended()
    {
        var large = Enumerable.Range(0, 40).Select(n => new ModelChange(ModelName.Parse($"m{n}"), TestModels.Linear($"m{n}", n, classes: 11, features: 601), "{}"u8.ToArray()));
        _scene.Writer.Publish(new Publication { ExpectedTip = null, Message = "Large", Models = [.. large] }, default);
        using var server = new GitHttpServer(_scene.Root) { Fault = HttpFault.HangAtEnd };

        var outcome = await _scene.PollAsync(server.UrlOf("remote"), change: options => options with { MaxFetchBytes = 100_000 });

        outcome.Should().BeOfType<MirrorOutcome.Failed>().Which.Reason.Should().Contain("more than 100000 bytes");
        server.Fault = HttpFault.None;
        (await _scene.PollAsync(server.UrlOf("remote"))).Should().BeOfType<MirrorOutcome.Advanced>();
    }

    [Fact]
    public async Task A_password_in_the_address_reaches_the_remote_and_nobody_else()
    {
        _scene.Publish(1);
        using var server = new GitHttpServer(_scene.Root);
        var url = server.UrlOf("remote", "me:s3cr%40t");

        var good = await _scene.PollAsync(url);
        server.Fault = HttpFault.Unavailable;
        _scene.Publish(2);
        using var mirror = new FastDataMirror(_scene.Options(url));
        var bad = (MirrorOutcome.Failed)await mirror.PollOnceAsync(default);
        server.Dispose();
        var away = (MirrorOutcome.Failed)await mirror.PollOnceAsync(default);

        good.Should().BeOfType<MirrorOutcome.Advanced>();
        foreach (var text in (string[])[bad.Reason, away.Reason, mirror.Status.From, await File.ReadAllTextAsync(Path.Combine(_scene.Folder, ".git", "delivery-mirror"))])
        {
            text.Should().Contain("http://***@127.0.0.1").And.NotContain("s3cr");
        }
    }

    [Fact]
    public async Task A_branch_or_repository_that_is_not_there_is_told()
    {
        _scene.Publish(1);

        (await _scene.PollAsync(change: options => options with { Branch = "canary" })).Should().BeOfType<MirrorOutcome.Failed>().Which.Reason.Should().EndWith("it has no branch 'canary'.");
        (await _scene.PollAsync(_scene["nothing"])).Should().BeOfType<MirrorOutcome.Failed>().Which.Reason.Should().Contain("does not appear to be a git repository");
        (await _scene.PollAsync()).Should().BeOfType<MirrorOutcome.Advanced>();
    }

    [Fact]
    public async Task Twenty_mirrors_of_one_remote_all_reach_its_epoch()
    {
        using var stop = new CancellationTokenSource();
        using var daemon = new GitDaemon(_scene.Root);
        _scene.Publish(1);
        var reached = Enumerable.Range(0, 20).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).ToArray();
        var mirrors = reached.Select((done, i) => new FastDataMirror(_scene.Options(i % 2 == 0 ? _scene.Remote : daemon.UrlOf("remote"), _scene[$"mirror-{i}"]) with
        {
            HostName = $"host-{i}",
            Interval = TimeSpan.FromSeconds(1),
            Polled = outcome => _ = outcome.Epoch == 3 ? done.TrySetResult() : false,
        })).ToList();
        var running = mirrors.Select(mirror => mirror.RunAsync(stop.Token)).ToList();

        _scene.Publish(2);
        _scene.Publish(3);
        foreach (var mirror in mirrors) mirror.PollNow();
        await Task.WhenAll(reached.Select(done => done.Task)).WaitAsync(TimeSpan.FromMinutes(10));
        await stop.CancelAsync();
        await Task.WhenAll(running);

        for (var i = 0; i < mirrors.Count; i++) _scene.ShouldServeWhatTheRemoteDoes(_scene[$"mirror-{i}"]);
        mirrors.ForEach(mirror => mirror.Dispose());
    }
}
