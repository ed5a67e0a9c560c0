using Delivery.ApplyRuntime.Deciding;
using Delivery.ApplyRuntime.Settings;
using Delivery.ApplyRuntime.Sources;
using Delivery.ApplyRuntime.Tests.Logging;
using Delivery.ApplyRuntime.Tests.Settings;
using Delivery.Models;
using Delivery.TestKit;
using Delivery.TrainingStore;
using Delivery.TrainingStore.Sqlite;

namespace Delivery.ApplyRuntime.Tests.Sources;

/// <summary>Models of source rtmr, out of a real store. The folder is empty throughout, and nobody needs it.</summary>
public sealed class PullerTests : IAsyncLifetime, IDisposable
{
    private readonly Scene _scene = new();
    private readonly TemporaryFolder _folder = new();
    private readonly SqliteTrainingStore _store;
    private readonly TroubledSource _source;
    private readonly ListBlender _page = new();
    private readonly Dictionary<string, long> _versions = [];

    public PullerTests()
    {
        _store = SqliteTrainingStore.Open(_folder["training.db"], TimeProvider.System);
        _source = new TroubledSource(new TrainingStoreModelSource(_store));
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _source.EndAsync(); // a closed runtime does not wait for its store, which may make files until then

    public void Dispose()
    {
        _scene.Dispose();
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_model_decides_once_it_was_pulled_and_is_followed_from_then_on()
    {
        var sink = new ListSink();
        var runtime = Open(sink: sink, models: Rtmr("news") with { RandomizeParams = Examples.Random().RandomizeParams });

        Decide(runtime).Reason.Should().Be(FallbackReason.NoModel, "there is none in the store yet");
        await SaveAsync("news", best: 1);
        await Scene.UntilAsync(() => Decide(runtime).Pivot == 1);
        await SaveAsync("news", best: 2);
        await Scene.UntilAsync(() => Decide(runtime).Pivot == 2);

        var status = runtime.Status.TrainingModels.Should().ContainSingle().Subject;
        (status.Name.Value, status.Model!.RequestCount, status.Problem, status.FailuresInARow).Should().Be(("news", 1000UL, null, 0));
        status.SavedAt.Should().NotBeNull();
        status.PulledAt.Should().NotBeNull().And.Be(status.TriedAt);
        var logged = sink.Decisions[^1];
        (logged.Source, logged.Snapshot, logged.Epoch, logged.Commit, logged.RequestCount).Should().Be((ModelSource.Rtmr, status.Model.Content, 0L, null, 1000UL), "the model belongs to no generation");
        runtime.Status.State.Should().Be(RuntimeState.Waiting);
    }

    [Fact]
    public async Task A_failed_pull_keeps_the_model_and_is_told()
    {
        await SaveAsync("news", best: 1);
        var runtime = Open(models: Rtmr("news"));
        await Scene.UntilAsync(() => Decide(runtime).Shown == 1);

        _source.Fails = true;
        await Scene.UntilAsync(() => Of(runtime, "news").FailuresInARow >= 3);

        Decide(runtime).Shown.Should().Be(1);
        Of(runtime, "news").Problem.Should().Be("The store failed: the store is away");
        _source.Fails = false;
        await Scene.UntilAsync(() => Of(runtime, "news").Problem is null);
        (Of(runtime, "news").FailuresInARow, Of(runtime, "news").Failures >= 3).Should().Be((0, true));
    }

    [Fact]
    public async Task A_model_that_the_store_has_no_more_stays_in_use_and_that_is_told()
    {
        await SaveAsync("news", best: 1);
        var runtime = Open(models: Rtmr("news"));
        await Scene.UntilAsync(() => Decide(runtime).Shown == 1);

        await _store.DeleteAsync(ModelName.Parse("news"), default);
        await Scene.UntilAsync(() => Of(runtime, "news").Problem is not null);

        Decide(runtime).Shown.Should().Be(1);
        Of(runtime, "news").Problem.Should().Be("The store has no model 'news'. The one that was pulled before stays in use.");
    }

    [Fact]
    public async Task A_file_that_is_no_model_of_that_name_keeps_the_one_before_and_the_others_go_on()
    {
        await SaveAsync("news", best: 1);
        await SaveAsync("other", best: 1);
        var runtime = Open(models: [Rtmr("news"), Rtmr("other", "OTHER")]);
        await Scene.UntilAsync(() => Decide(runtime).Shown == 1 && Decide(runtime, "OTHER").Shown == 1);

        await SaveAsync("news", [1, 2, 3]);
        await Scene.UntilAsync(() => Of(runtime, "news").FailuresInARow >= 2);
        Of(runtime, "news").Problem.Should().StartWith("The store gave a file that cannot be used: ");
        await SaveAsync("news", FolderBuilder.Choosing("another", 2));
        await Scene.UntilAsync(() => Of(runtime, "news").Problem == "The store gave a file that cannot be used: its header has the name 'another'; 'news' was expected.");
        await SaveAsync("other", best: 2);
        await Scene.UntilAsync(() => Decide(runtime, "OTHER").Shown == 2);

        Decide(runtime).Shown.Should().Be(1);
        await SaveAsync("news", best: 3);
        await Scene.UntilAsync(() => Decide(runtime).Shown == 3);
    }

    [Fact]
    public async Task A_pull_that_hangs_holds_up_no_request_and_no_other_model_and_its_late_answer_is_taken()
    {
        _source.Hang("news");
        await SaveAsync("news", best: 1);
        await SaveAsync("other", best: 1);
        var runtime = Open(new TrainingModelOptions { Period = TimeSpan.FromMilliseconds(10), Timeout = TimeSpan.FromMilliseconds(100), Concurrency = 1 }, models: [Rtmr("news"), Rtmr("other", "OTHER")]);

        await Scene.UntilAsync(() => Decide(runtime, "OTHER").Shown == 1);
        await SaveAsync("other", best: 2);
        await Scene.UntilAsync(() => Decide(runtime, "OTHER").Shown == 2);

        Decide(runtime).Reason.Should().Be(FallbackReason.NoModel);
        await Scene.UntilAsync(() => Of(runtime, "news").Problem == "The store gave no answer within 100 ms.");
        var (failures, asked) = (Of(runtime, "news").Failures, _source.Asked);
        await Scene.UntilAsync(() => _source.Asked > asked + 3);
        Of(runtime, "news").Failures.Should().Be(failures, "it is not asked again while it hangs");
        _source.LetGo("news");
        await Scene.UntilAsync(() => Decide(runtime).Shown == 1);
    }

    [Fact]
    public async Task A_store_that_hangs_altogether_holds_a_bounded_number_of_pulls_and_closing_does_not_wait_for_it()
    {
        const int models = 20;
        for (var i = 0; i < models; i++) _source.Hang($"m{i}");
        var runtime = Open(
            new TrainingModelOptions { Period = TimeSpan.FromMilliseconds(10), Timeout = TimeSpan.FromMilliseconds(100), Concurrency = 2 },
            models: [.. Enumerable.Range(0, models).Select(i => Rtmr($"m{i}", $"I{i}"))]);

        await Scene.UntilAsync(() => _source.Out == 6);
        await Scene.UntilAsync(() => runtime.Status.TrainingModels.Count(model => model.Problem == "The store gave no answer within 100 ms.") == 6);
        Decide(runtime, "I3").Reason.Should().Be(FallbackReason.NoModel);
        runtime.Dispose();

        _source.MostOut.Should().Be(6, "three times two hang, and no other one starts");
        _source.Asked.Should().Be(6);
        Decide(runtime, "I3").Reason.Should().Be(FallbackReason.NoModel);
    }

    [Fact]
    public async Task Pulls_that_start_one_after_the_other_hang_in_no_greater_number()
    {
        ApplyModel[] models = [.. Enumerable.Range(0, 20).Select(i => Rtmr($"m{i}", $"I{i}"))];
        foreach (var model in models) _source.Hang(model.Name.Value);
        var time = new SteppedTime();
        var options = new TrainingModelOptions { Period = TimeSpan.FromMilliseconds(10), Timeout = TimeSpan.FromMilliseconds(100), Concurrency = 2 };
        var runtime = Open(options, time: time, models: models[0]);
        await Scene.UntilAsync(() => _source.Out == 1);
        time.Advance(options.Timeout / 2);
        runtime.Configure(ApplyConfiguration.Of(models));

        await Scene.UntilAsync(() =>
        {
            time.Advance(options.Timeout / 10);
            return runtime.Status.TrainingModels.Count(model => model.Problem == "The store gave no answer within 100 ms.") == 6;
        });

        _source.MostOut.Should().Be(6, "those that run may come to hang, and count");
    }

    [Fact]
    public async Task What_a_store_does_when_it_is_cancelled_ends_neither_the_process_nor_the_pulling()
    {
        await SaveAsync("other", best: 1);
        _source.Hang("news");
        _source.WhenCancelled = () => throw new InvalidOperationException("the client is broken");
        var runtime = Open(
            new TrainingModelOptions { Period = TimeSpan.FromMilliseconds(10), Timeout = TimeSpan.FromMilliseconds(100) },
            models: [Rtmr("news"), Rtmr("other", "OTHER")]);

        await Scene.UntilAsync(() => runtime.Status.TrainingModels.Any(model => model is { Failures: > 0, Name.Value: "news" }));
        await Scene.UntilAsync(() => _source.Cancelled > 0);
        await Scene.UntilAsync(() => runtime.Status.TrainingModels.Any(model => model is { Model: not null, Name.Value: "other" }));

        runtime.Dispose();
        runtime.Status.State.Should().Be(RuntimeState.Closed, "closing cancels as well");
        _source.LetGo("news");
    }

    [Fact]
    public async Task A_name_of_an_override_is_pulled_from_its_first_request_on_and_forgotten_when_none_uses_it()
    {
        await SaveAsync("trial", best: 2);
        var time = new SteppedTime(); // it stands still, so that no request comes too late to keep the model
        var runtime = Open(new TrainingModelOptions { Period = TimeSpan.FromMilliseconds(10) }, time: time, models: Examples.Plain());
        var changed = runtime.StartOverride().Flag("""scheme_Local/BlenderOnlineLearning/ApplyModels/trial={"Intent":"NEWS","ApplyPriority":9,"ApplyCondition":"always"}""").Build();
        changed.Problems.Should().BeEmpty();

        runtime.Status.TrainingModels.Should().BeEmpty();
        Decide(runtime, changed: changed).Reason.Should().Be(FallbackReason.NoModel);
        await Scene.UntilAsync(() => Decide(runtime, changed: changed).Shown == 2);

        await Scene.UntilAsync(() =>
        {
            time.Advance(new TrainingModelOptions().ForgetAfter); // again and again: the last use may be seen only after the first time
            return runtime.Status.TrainingModels.Count == 0;
        });
        await Scene.UntilAsync(() => Decide(runtime, changed: changed).Shown == 2);
    }

    [Fact]
    public async Task The_number_of_names_is_bounded_and_the_configuration_goes_first()
    {
        await SaveAsync("news", best: 1);
        var runtime = Open(new TrainingModelOptions { Period = TimeSpan.FromMilliseconds(10), MostModels = 2 }, models: Rtmr("news"));
        await Scene.UntilAsync(() => Decide(runtime).Shown == 1);
        for (var i = 0; i < 100; i++)
        {
            var flag = $$"""scheme_Local/BlenderOnlineLearning/ApplyModels/trial{{i}}={"Intent":"OTHER","ApplyCondition":"always"}""";
            Decide(runtime, "OTHER", runtime.StartOverride().Flag(flag).Build()).Reason.Should().Be(FallbackReason.NoModel);
        }

        await Scene.UntilAsync(() => runtime.Status.TrainingModels.Count == 2);
        var asked = _source.Asked;
        await Scene.UntilAsync(() => _source.Asked > asked + 10);

        runtime.Status.TrainingModels.Should().HaveCount(2).And.Contain(status => status.Name.Value == "news");
        Decide(runtime).Shown.Should().Be(1);
        await SaveAsync("fresh", best: 3);
        runtime.Configure(ApplyConfiguration.Of([Rtmr("fresh")]));
        await Scene.UntilAsync(() => Decide(runtime).Shown == 3);
    }

    [Fact]
    public async Task A_new_configuration_is_followed()
    {
        await SaveAsync("news", best: 1);
        await SaveAsync("other", best: 2);
        var runtime = Open(models: Rtmr("news"));
        await Scene.UntilAsync(() => Decide(runtime).Shown == 1);

        runtime.Configure(ApplyConfiguration.Of([Rtmr("other")]));

        await Scene.UntilAsync(() => Decide(runtime).Shown == 2);
    }

    [Fact]
    public async Task Deciding_with_a_pulled_model_allocates_nothing()
    {
        const int most = 20_000;
        await SaveAsync("news", best: 1);
        var runtime = Open(models: Rtmr("news"));
        await Scene.UntilAsync(() => Decide(runtime).Shown == 1);
        var page = new CountingBlender();
        Decide20000();

        Allocation.Least(Decide20000).Should().Be(0);
        page.Told.Should().BePositive("all were decided by the model").And.Match(told => told % most == 0);

        void Decide20000()
        {
            for (var i = 0; i < most; i++) runtime.Decide(Request(), page);
        }
    }

    [Fact]
    public async Task Explain_tells_how_old_the_model_is_and_why_there_is_none()
    {
        await SaveAsync("news", best: 1);
        var runtime = Open(models: [Rtmr("news"), Rtmr("other", "OTHER")]);
        await Scene.UntilAsync(() => Decide(runtime).Shown == 1 && Of(runtime, "other").TriedAt is not null);

        runtime.Explain(Request(), _page).Should().MatchRegex(@"news, priority 1, source rtmr, condition always:\n  Model [0-9a-f]{16}, .*\n  From the training store: saved there \d+ s ago, pulled \d+ s ago\.\n");
        runtime.Explain(Request("OTHER"), _page).Should().Contain("  There is no model.\n  It was not pulled from the training store yet. The store has no model 'other'.\n");
    }

    [Fact]
    public void A_production_process_takes_no_training_store() =>
        FluentActions.Invoking(() => Open(production: true)).Should().Throw<ArgumentException>()
            .WithMessage("TrainingModels is given, but Production is set: a production process takes no model past the folder.*");

    private static ApplyModel Rtmr(string name, string intent = "NEWS") => Examples.Plain(name, intent) with { ModelSource = ModelSource.Rtmr, ClassNumber = 4 };

    private static PulledModelStatus Of(ModelRuntime runtime, string name) => runtime.Status.TrainingModels.Single(status => status.Name.Value == name);

    private static DecisionRequest Request(string intent = "NEWS", ApplyOverride? changed = null) => new() { Intent = intent, Features = Scene.Ones, RequestId = "r1", Override = changed };

    private DecisionOutcome Decide(ModelRuntime runtime, string intent = "NEWS", ApplyOverride? changed = null) => runtime.Decide(Request(intent, changed), _page);

    private ValueTask<SaveOutcome> SaveAsync(string name, int best) => SaveAsync(name, FolderBuilder.Choosing(name, best));

    private async ValueTask<SaveOutcome> SaveAsync(string name, byte[] file)
    {
        var saved = await _store.SaveAsync(ModelName.Parse(name), _versions.GetValueOrDefault(name), new TrainingProgress { State = new byte[] { 1 }, Model = file }, default);
        _versions[name] = saved.Should().BeOfType<SaveOutcome.Saved>().Subject.Version;
        return saved;
    }

    private ModelRuntime Open(TrainingModelOptions? pulls = null, ListSink? sink = null, bool production = false, TimeProvider? time = null, params ApplyModel[] models) => _scene.Open(Scene.OnlyWhenAsked with
    {
        ApplyModels = ApplyConfiguration.Of(models),
        TrainingModels = _source,
        TrainingModelPulls = pulls ?? new TrainingModelOptions { Period = TimeSpan.FromMilliseconds(10), Timeout = Scene.Patience },
        Decisions = sink,
        Production = production,
        Time = time ?? TimeProvider.System,
    });
}
