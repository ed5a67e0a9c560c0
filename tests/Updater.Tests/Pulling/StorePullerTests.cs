using Delivery.Models;
using Delivery.TestKit;
using Delivery.TrainingStore;
using Delivery.TrainingStore.Sqlite;
using Delivery.Updater.Pulling;
using Delivery.Updater.Tests.Support;

namespace Delivery.Updater.Tests.Pulling;

public sealed class StorePullerTests : IDisposable
{
    private static readonly PullOptions Quick = new()
    {
        AttemptTimeout = UpdaterScene.Patience, Retries = 3, RetryDelay = TimeSpan.FromMilliseconds(1), MaxRetryDelay = TimeSpan.FromMilliseconds(5), CircuitMinimumAttempts = 1000,
    };

    private readonly TemporaryFolder _folder = new();
    private readonly SqliteTrainingStore _real;
    private readonly FaultyStore _store;

    public StorePullerTests()
    {
        _real = SqliteTrainingStore.Open(_folder["store.db"], TimeProvider.System);
        _store = new FaultyStore(_real);
    }

    public void Dispose()
    {
        _real.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Each_name_has_one_outcome()
    {
        await _real.SaveAsync(TestModels.News, 0, new TrainingProgress { State = new byte[1], Model = new byte[] { 7 } }, default);
        _store.Fault = (name, _, _) => name == TestModels.Video ? throw new TrainingStoreException("the disk is\ngone") : Task.CompletedTask;
        var absent = ModelName.Parse("absent");

        var outcomes = await Puller(Quick).PullAsync([TestModels.News, TestModels.Video, absent], default);

        outcomes[TestModels.News].Should().BeOfType<PullOutcome.Fetched>().Which.Model.File.ToArray().Should().Equal(7);
        outcomes[TestModels.Video].Should().Be(new PullOutcome.Failed("the disk is gone"));
        outcomes[absent].Should().Be(new PullOutcome.Missing());
        _store.Calls(TestModels.Video).Should().Be(4, "three retries follow the first attempt");
    }

    [Fact]
    public async Task A_fault_that_passes_is_not_seen()
    {
        await _real.SaveAsync(TestModels.News, 0, new TrainingProgress { State = new byte[1], Model = new byte[] { 7 } }, default);
        _store.Fault = (_, call, _) => call < 4 ? throw new IOException("not yet") : Task.CompletedTask;

        (await Puller(Quick).PullAsync([TestModels.News], default))[TestModels.News].Should().BeOfType<PullOutcome.Fetched>();
    }

    [Fact]
    public async Task A_store_that_hangs_and_ignores_its_token_is_left_behind()
    {
        var time = new TimeoutTime(TimeSpan.FromMinutes(9));
        _store.Fault = (_, _, _) =>
        {
            time.Pass(); // once it was asked: the real time might be over before
            return Task.Delay(Timeout.Infinite, CancellationToken.None);
        };

        var outcomes = await Puller(Quick with { AttemptTimeout = TimeSpan.FromMinutes(9), Retries = 1 }, time).PullAsync([TestModels.News], default);

        outcomes[TestModels.News].Should().Be(new PullOutcome.Failed("the training store did not answer within 540 s, 2 times"));
        _store.Calls(TestModels.News).Should().Be(2);
    }

    [Fact]
    public async Task A_store_that_is_down_opens_the_circuit_and_the_rest_fails_at_once()
    {
        _store.Fault = (_, _, _) => throw new IOException("connection refused");
        var names = Enumerable.Range(0, 40).Select(i => ModelName.Parse($"m{i}")).ToArray();
        var options = Quick with { Concurrency = 1, CircuitMinimumAttempts = 8, CircuitBreak = TimeSpan.FromHours(1), CircuitWindow = TimeSpan.FromHours(1) };

        var outcomes = await Puller(options).PullAsync(names, default);

        _store.AllCalls.Should().Be(8, "with the eighth failure the circuit is open");
        outcomes.Values.Should().AllBeOfType<PullOutcome.Failed>();
        outcomes.Values.Cast<PullOutcome.Failed>().Count(f => f.Reason.StartsWith("the circuit to the training store is open", StringComparison.Ordinal)).Should().BeGreaterThanOrEqualTo(38);
    }

    [Fact]
    public async Task A_circuit_that_opened_closes_again_when_the_store_answers()
    {
        var time = new ManualTime();
        _store.Fault = (_, _, _) => throw new IOException("connection refused");
        var puller = Puller(Quick with { Retries = 0, Concurrency = 1, CircuitMinimumAttempts = 2, CircuitBreak = TimeSpan.FromMinutes(1) }, time);
        await puller.PullAsync([TestModels.News, TestModels.Video], default);
        _store.Fault = (_, _, _) => Task.CompletedTask;
        time.Advance(TimeSpan.FromMinutes(1) - TimeSpan.FromTicks(1));
        (await puller.PullAsync([TestModels.News], default))[TestModels.News].Should().BeOfType<PullOutcome.Failed>().Which.Reason.Should().Contain("circuit");

        time.Advance(TimeSpan.FromTicks(1));
        var outcome = (await puller.PullAsync([TestModels.News], default))[TestModels.News];

        outcome.Should().BeOfType<PullOutcome.Missing>();
    }

    [Fact]
    public async Task No_more_calls_run_at_once_than_allowed()
    {
        _store.Fault = async (_, _, token) => await Task.Delay(5, token);

        await Puller(Quick with { Concurrency = 3 }).PullAsync([.. Enumerable.Range(0, 30).Select(i => ModelName.Parse($"m{i}"))], default);

        _store.MostAtOnce.Should().BeInRange(1, 3);
        _store.AllCalls.Should().Be(30);
    }

    [Fact]
    public async Task A_caller_that_cancels_ends_the_pull()
    {
        using var stop = new CancellationTokenSource();
        _store.Fault = async (_, _, token) =>
        {
            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, token);
        };

        var pull = () => Puller(Quick).PullAsync([TestModels.News], stop.Token);

        await pull.Should().ThrowAsync<OperationCanceledException>();
        _store.AllCalls.Should().Be(1, "a cancelled call is not tried again");
    }

    [Fact]
    public async Task A_holdout_that_cannot_be_read_says_why()
    {
        await _real.SaveAsync(TestModels.News, 0, new TrainingProgress { State = new byte[1], NewHoldout = TestModels.Items(TestModels.News, 2) }, default);
        _store.Fault = (name, _, _) => name == TestModels.Video ? throw new TrainingStoreException("chunk 3 is damaged") : Task.CompletedTask;
        var puller = Puller(Quick);

        (await puller.ReadHoldoutAsync(TestModels.News, default)).Items.Should().HaveCount(2);
        (await puller.ReadHoldoutAsync(TestModels.Video, default)).Should().Be((null, "chunk 3 is damaged"));
    }

    [Fact]
    public async Task Damaged_entries_are_not_tried_again_and_hold_back_no_other()
    {
        await _real.SaveAsync(TestModels.News, 0, new TrainingProgress { State = new byte[1], Model = new byte[] { 7 } }, default);
        _store.Fault = (name, _, _) => name != TestModels.News ? throw new TrainingStoreException("not written by it") { IsOfOneEntry = true } : Task.CompletedTask;
        var puller = Puller(Quick with { CircuitMinimumAttempts = 2 });

        await puller.PullAsync([.. Enumerable.Range(0, 20).Select(i => ModelName.Parse($"bad_{i}"))], default);
        var outcomes = await puller.PullAsync([TestModels.News], default);

        outcomes[TestModels.News].Should().BeOfType<PullOutcome.Fetched>();
        _store.AllCalls.Should().Be(21);
    }

    [Fact]
    public void Options_with_problems_are_refused()
    {
        var make = () => Puller(new PullOptions { Retries = -1 });

        make.Should().Throw<ArgumentException>().WithMessage("*Retries is -1*");
    }

    private StorePuller Puller(PullOptions options, TimeProvider? time = null) => new(_store, options, time ?? TimeProvider.System);

    /// <summary>The real time, but for one timeout, which is over when the test says so.</summary>
    private sealed class TimeoutTime(TimeSpan timeout) : TimeProvider
    {
        private Action? _over;

        public void Pass() => _over!();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new Watched(base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, period), due =>
            {
                if (due == timeout) _over = () => callback(state);
            });
            timer.Change(dueTime, period);
            return timer;
        }

        private sealed class Watched(ITimer timer, Action<TimeSpan> set) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                set(dueTime);
                return timer.Change(dueTime, period);
            }

            public void Dispose() => timer.Dispose();

            public ValueTask DisposeAsync() => timer.DisposeAsync();
        }
    }
}
