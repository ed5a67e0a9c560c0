using Delivery.ApplyRuntime.Deciding;
using Delivery.ApplyRuntime.Settings;
using Delivery.ApplyRuntime.Sources;
using Delivery.ApplyRuntime.Tests.Logging;
using Delivery.ApplyRuntime.Tests.Settings;
using Delivery.FastData;
using Delivery.TestKit;

namespace Delivery.ApplyRuntime.Tests.Sources;

/// <summary>Models that come with documents.</summary>
public sealed class DocumentModelsTests : IDisposable
{
    /// <summary>Models by which the end of the examining is awaited.</summary>
    private const long Marks = 2;

    private readonly Scene _scene = new();
    private readonly ListBlender _page = new();
    private readonly SteppedTime _time = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task The_first_request_falls_back_and_leaves_the_model_for_the_next_ones()
    {
        var sink = new ListSink();
        var runtime = Open(sink: sink, models: Brought("news") with { FallBackBlenderPos = 0, RandomizeParams = Examples.Random().RandomizeParams });
        var model = Model("news", 1);

        var first = Decide(runtime, model);
        (first.Reason, first.Pivot, first.Source).Should().Be((FallbackReason.NoModel, 0, DecisionSource.Fallback));
        await Scene.UntilAsync(() => Decide(runtime, model).Pivot == 1);

        var logged = sink.Decisions[^1];
        (logged.Source, logged.Snapshot, logged.Epoch, logged.Commit, logged.RequestCount, logged.Pivot).Should().Be((ModelSource.DocAttr, model.Content, 0L, null, 1000UL, 1));
        runtime.Status.DocumentModels.Should().Be(new DocumentModelsStatus(1, model.File.Length, 1, 0, 0, 0, null));
    }

    [Fact]
    public void A_model_that_was_admitted_decides_for_the_first_request()
    {
        var runtime = Open(models: Brought("news"));

        runtime.Admit(Model("news", 1)).Should().BeNull();
        runtime.Admit(Model("news", 2)).Should().BeNull();

        Decide(runtime, Model("news", 1)).Shown.Should().Be(1);
        Decide(runtime, Model("news", 2)).Shown.Should().Be(2, "each document has its own");
        Decide(runtime, default).Reason.Should().Be(FallbackReason.NoModel, "a document without a model has none");
    }

    [Fact]
    public void A_buffer_that_was_given_back_falls_back_and_fails_no_request()
    {
        var runtime = Open(models: Brought("news"));
        var good = Model("news", 1);
        runtime.Admit(new DocumentModel(good.File[..^1], good.Content)).Should().NotBeNull("now there is a claim to compare with");
        using var gone = new BufferThatIsGone(good.File.Length);

        Decide(runtime, new DocumentModel(gone.Whole, good.Content)).Reason.Should().Be(FallbackReason.NoModel);
        runtime.Admit(good).Should().BeNull();
        Decide(runtime, good).Shown.Should().Be(1);
    }

    [Fact]
    public void A_model_of_another_application_is_not_used()
    {
        var runtime = Open(models: [Brought("news") with { ApplyPriority = 2 }, Brought("other")]);
        runtime.Admit(Model("other", 2)).Should().BeNull();

        var outcome = Decide(runtime, Model("other", 2));

        (outcome.Application!.Name.Value, outcome.Shown).Should().Be(("other", 2));
        runtime.Status.Fallbacks.NoModel.Should().Be(1);
    }

    [Fact]
    public void Bytes_that_do_not_have_the_claimed_hash_are_refused_and_do_not_stand_in_the_way_of_those_that_have()
    {
        var runtime = Open(models: Brought("news"));
        var good = Model("news", 1);
        var broken = new DocumentModel(good.File[..^1], good.Content);
        var foreign = new DocumentModel(Model("news", 2).File, good.Content);

        runtime.Admit(broken).Should().Be($"The file of {good.File.Length - 1} bytes has the SHA-256 {ContentHash.Of(good.File.Span[..^1])}; its document says {good.Content}.");
        runtime.Admit(foreign).Should().NotBeNull();
        runtime.Admit(good).Should().BeNull();

        Decide(runtime, good).Shown.Should().Be(1);
        Decide(runtime, foreign).Shown.Should().Be(1, "it names the model by its hash, and gets the true one");
        runtime.Status.DocumentModels.Should().BeEquivalentTo(new { Models = 1, Admitted = 1L, Refused = 2L });
    }

    [Fact]
    public async Task A_broken_document_is_hashed_once_in_a_pause_and_locks_the_good_one_out_no_longer_than_that()
    {
        var runtime = Open(models: Brought("news"));
        var good = Large("news", 1);
        var bytes = good.File.ToArray();
        bytes[100] ^= 1; // between two words of the fingerprint, so that the good one cannot be told from it at a glance
        var broken = new DocumentModel(bytes, good.Content);

        await RefusedAsync(runtime, broken, times: 1);
        for (var i = 0; i < 1000; i++) DecideLarge(runtime, broken).Reason.Should().Be(FallbackReason.NoModel);
        DecideLarge(runtime, good).Reason.Should().Be(FallbackReason.NoModel);
        await SettledAsync(runtime);
        runtime.Status.DocumentModels!.Refused.Should().Be(1);

        _time.Advance(TimeSpan.FromSeconds(1));
        await RefusedAsync(runtime, broken, times: 2);
        _time.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 1000; i++) DecideLarge(runtime, broken);
        await SettledAsync(runtime);
        runtime.Status.DocumentModels!.Refused.Should().Be(2, "the second pause is twice as long");

        _time.Advance(TimeSpan.FromSeconds(1));
        await Scene.UntilAsync(() => DecideLarge(runtime, good).Shown == 1);
        DecideLarge(runtime, broken).Shown.Should().Be(1);
        runtime.Status.DocumentModels!.Refused.Should().Be(2);
    }

    [Fact]
    public async Task Bytes_that_are_no_model_are_examined_once()
    {
        var runtime = Open(models: Brought("news"));
        byte[] bytes = [.. Model("news", 1).File.Span[..^40]];
        var bad = new DocumentModel(bytes, ContentHash.Of(bytes));

        await RefusedAsync(runtime, bad, times: 1);
        for (var i = 0; i < 1000; i++) Decide(runtime, bad).Reason.Should().Be(FallbackReason.NoModel);
        await SettledAsync(runtime);

        var status = runtime.Status.DocumentModels!;
        (status.Refused, status.Admitted).Should().Be((1, Marks));
        status.LastProblem.Should().StartWith($"The model {bad.Content.Short} cannot be used: ");
        runtime.Admit(bad).Should().Be(status.LastProblem);
        runtime.Status.DocumentModels!.Refused.Should().Be(1);
    }

    [Fact]
    public void The_least_recently_used_model_goes_when_there_are_too_many()
    {
        var runtime = Open(new DocumentModelOptions { MostModels = 2 }, models: Brought("news"));
        runtime.Admit(Model("news", 0));
        runtime.Admit(Model("news", 1));
        Decide(runtime, Model("news", 0)).Shown.Should().Be(0);

        runtime.Admit(Model("news", 2)).Should().BeNull();

        runtime.Status.DocumentModels.Should().BeEquivalentTo(new { Models = 2, Admitted = 3L, Evicted = 1L });
        Decide(runtime, Model("news", 0)).Shown.Should().Be(0);
        Decide(runtime, Model("news", 2)).Shown.Should().Be(2);
        Decide(runtime, Model("news", 1)).Reason.Should().Be(FallbackReason.NoModel, "it went, and with this request comes back");
    }

    [Fact]
    public void Their_bytes_are_bounded_and_so_is_what_is_remembered_as_bad()
    {
        var one = Large("news", 0).File.Length;
        var runtime = Open(new DocumentModelOptions { MostBytes = 2 * one, MostModelBytes = one, MostRefused = 3 }, models: Brought("news"));

        for (var best = 0; best < 4; best++) runtime.Admit(Large("news", best)).Should().BeNull();
        for (var i = 0; i < 10; i++)
        {
            byte[] bytes = [1, 2, (byte)i];
            runtime.Admit(new DocumentModel(bytes, ContentHash.Of(bytes))).Should().NotBeNull();
        }

        runtime.Status.DocumentModels.Should().BeEquivalentTo(new { Models = 2, Bytes = 2L * one, Evicted = 2L, Refused = 10L });
        DecideLarge(runtime, Large("news", 2)).Shown.Should().Be(2, "models do not go for what is bad");
        DecideLarge(runtime, Large("news", 3)).Shown.Should().Be(3);
    }

    [Fact]
    public async Task What_is_too_long_is_not_looked_at()
    {
        var runtime = Open(new DocumentModelOptions { MostModelBytes = 1 << 10 }, models: Brought("news"));

        DecideLarge(runtime, Large("news", 1)).Reason.Should().Be(FallbackReason.NoModel);
        Decide(runtime, new DocumentModel(default, Model("news", 1).Content)).Reason.Should().Be(FallbackReason.NoModel);
        await SettledAsync(runtime);

        runtime.Status.DocumentModels.Should().BeEquivalentTo(new { Admitted = Marks, TooLong = 2L, Refused = 0L });
        runtime.Admit(Large("news", 1)).Should().Be($"The file has {Large("news", 1).File.Length} bytes; 1 to 1024 are taken.");
        runtime.Admit(default).Should().Be("There is no model, or no SHA-256 of it.");
    }

    [Fact]
    public async Task The_buffer_is_the_callers_again_after_the_request()
    {
        var runtime = Open(models: Brought("news"));
        var model = Model("news", 1);
        var buffer = new byte[model.File.Length];

        await Scene.UntilAsync(() =>
        {
            model.File.CopyTo(buffer);
            var shown = Decide(runtime, new DocumentModel(buffer, model.Content)).Shown;
            Array.Clear(buffer);
            return shown == 1;
        });

        runtime.Status.DocumentModels!.Refused.Should().Be(0);
    }

    [Fact]
    public void Deciding_with_the_model_of_a_document_allocates_nothing()
    {
        const int most = 20_000;
        var runtime = Open(models: Brought("news"));
        var model = Model("news", 1);
        var hex = new string(model.Content.Hex);
        runtime.Admit(model);
        var page = new CountingBlender();
        Decide();

        Allocation.Least(Decide).Should().Be(0);
        page.Told.Should().BePositive("all were decided by the model").And.Match(told => told % most == 0);

        void Decide()
        {
            for (var i = 0; i < most; i++) runtime.Decide(Request(new DocumentModel(model.File, ContentHash.Parse(hex))), page);
        }
    }

    [Fact]
    public void Many_threads_and_many_documents_each_get_their_own_model_or_none()
    {
        const int seed = 5, documents = 40, requests = 3_000;
        var runtime = Open(new DocumentModelOptions { MostModels = 8 }, models: Brought("news"));
        var models = Enumerable.Range(0, documents).Select(i => new DocumentModel(FolderBuilder.Linear("news", 4, 3, (k, _) => k == i % 4 ? 1 + i : 0), default)).Select(m => new DocumentModel(m.File, ContentHash.Of(m.File.Span))).ToArray();
        var wrong = 0;
        var decided = 0;

        Parallel.For(0, 4, thread =>
        {
            var random = new Random(seed + thread);
            var page = new CountingBlender();
            for (var i = 0; i < requests; i++)
            {
                var number = random.Next(documents);
                if (i % 50 == 0) runtime.Admit(models[number]);
                var outcome = runtime.Decide(Request(models[number]), page);
                if (outcome.Reason == FallbackReason.None) Interlocked.Increment(ref decided);
                if (outcome.Reason == FallbackReason.None ? outcome.Shown != number % 4 || outcome.Model!.Content != models[number].Content : outcome.Reason != FallbackReason.NoModel) Interlocked.Increment(ref wrong);
            }
        });

        wrong.Should().Be(0, "seed {0}", seed);
        decided.Should().BePositive();
        var status = runtime.Status.DocumentModels!;
        (status.Models, status.Refused).Should().Be((8, 0));
    }

    [Fact]
    public void Explain_tells_what_the_document_brings()
    {
        var runtime = Open(models: Brought("news"));
        runtime.Admit(Model("news", 1));
        runtime.Admit(Model("other", 1));
        byte[] bytes = [1, 2, 3];
        runtime.Admit(new DocumentModel(bytes, ContentHash.Of(bytes)));

        Explain(Model("news", 1)).Should().Contain("source doc_attr").And.Contain("  From the document: trained until 2025-12-31 23:00:00 UTC.\n");
        Explain(default).Should().Contain("  There is no model.\n  The document brings no model.\n");
        Explain(Model("other", 1)).Should().Contain("  The document brings a model of 'other'.\n");
        Explain(new DocumentModel(bytes, ContentHash.Of(bytes))).Should().Contain("  The document brings no model that can be used. The model 039058c6f2c0cb49 cannot be used: ");
        Explain(Large("news", 3)).Should().Contain("was not examined yet");

        string Explain(DocumentModel model) => runtime.Explain(Request(model), _page);
    }

    [Fact]
    public void A_runtime_without_them_says_so()
    {
        var runtime = _scene.Open(Scene.OnlyWhenAsked with { ApplyModels = ApplyConfiguration.Of([Brought("news")]) });

        Decide(runtime, Model("news", 1)).Reason.Should().Be(FallbackReason.NoSource);
        runtime.Explain(Request(Model("news", 1)), _page).Should().Contain("This runtime has no models from doc_attr.");
        runtime.Status.DocumentModels.Should().BeNull();
        FluentActions.Invoking(() => runtime.Admit(Model("news", 1))).Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void A_closed_runtime_falls_back()
    {
        var runtime = Open(models: Brought("news"));
        runtime.Admit(Model("news", 1));
        runtime.Dispose();

        Decide(runtime, Model("news", 1)).Reason.Should().Be(FallbackReason.NoModel);
        Decide(runtime, Model("news", 2)).Reason.Should().Be(FallbackReason.NoModel);
    }

    private static ApplyModel Brought(string name) => Examples.Plain(name) with { ModelSource = ModelSource.DocAttr, ClassNumber = 4 };

    private static DocumentModel Model(string name, int best) => Of(FolderBuilder.Choosing(name, best));

    /// <summary>Long enough that a sample of its bytes leaves most of them out.</summary>
    private static DocumentModel Large(string name, int best) => Of(FolderBuilder.Linear(name, 4, 601, (k, _) => k == best ? 1 : 0));

    private static DocumentModel Of(byte[] file) => new(file, ContentHash.Of(file));

    private static DecisionRequest Request(DocumentModel model) => new() { Intent = "NEWS", Features = Scene.Ones, RequestId = "r1", DocumentModel = model };

    private DecisionOutcome Decide(ModelRuntime runtime, DocumentModel model) => runtime.Decide(Request(model), _page);

    private DecisionOutcome DecideLarge(ModelRuntime runtime, DocumentModel model) =>
        runtime.Decide(new() { Intent = "NEWS", Features = Scene.OnesOf(601), RequestId = "r1", DocumentModel = model }, _page);

    private async Task RefusedAsync(ModelRuntime runtime, DocumentModel model, long times) => await Scene.UntilAsync(() =>
    {
        DecideLarge(runtime, model);
        return runtime.Status.DocumentModels!.Refused == times;
    });

    /// <summary>Waits until all that was left before was examined: the thread goes round the places, so of two marks that follow each other the second is taken after it.</summary>
    private async Task SettledAsync(ModelRuntime runtime)
    {
        for (var round = 0; round < Marks; round++)
        {
            var mark = Model($"mark{round}", 1);
            await Scene.UntilAsync(() => runtime.Explain(Request(mark), _page).Contains($"a model of 'mark{round}'", StringComparison.Ordinal));
        }
    }

    private ModelRuntime Open(DocumentModelOptions? options = null, ListSink? sink = null, params ApplyModel[] models) => _scene.Open(Scene.OnlyWhenAsked with
    {
        ApplyModels = ApplyConfiguration.Of(models),
        DocumentModels = options ?? new DocumentModelOptions(),
        Decisions = sink,
        Time = _time,
    });

    /// <summary>Memory of a pool that its owner took back too early.</summary>
    private sealed class BufferThatIsGone(int length) : System.Buffers.MemoryManager<byte>
    {
        public ReadOnlyMemory<byte> Whole => CreateMemory(length);

        public override Span<byte> GetSpan() => throw new ObjectDisposedException(nameof(BufferThatIsGone));

        public override System.Buffers.MemoryHandle Pin(int elementIndex = 0) => throw new ObjectDisposedException(nameof(BufferThatIsGone));

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
