using System.Buffers.Binary;
using System.Text.Json;
using Delivery.FastData;
using Delivery.FastData.Git;
using Delivery.FastData.Git.Control;
using Delivery.Models;
using Delivery.Models.Formats;
using Delivery.TestKit;
using Delivery.Updater.Publishing;
using Delivery.Updater.Records;
using Delivery.Updater.Tests.Support;
using Delivery.Updater.Validation;

namespace Delivery.Updater.Tests.Publishing;

/// <summary>What a cycle delivers, keeps, rejects and writes into cards when weights may differ from the trained ones.</summary>
public sealed class UpdateCyclePublishTests : IDisposable
{
    private const float Bound = 0.0625f; // a power of two, so that sums of it are exact
    private static readonly ModelName News = TestModels.News;
    private static readonly float[] Moved = [0.03125f, -1, 0, 1, -2, -0.0625f];
    private static readonly float[] MovedFar = [0.03125f, -1.5f, 0, 1, -2, -0.0625f];

    private readonly UpdaterScene _scene = new();

    public UpdateCyclePublishTests() => Publish(new PublishOptions { ErrorBound = Bound });

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task Off_by_default_the_trained_file_is_delivered_and_the_card_has_no_word_about_it()
    {
        Publish(new UpdaterOptions().Publish);
        await DeliverAsync(TestModels.Good, 1000);

        var file = await DeliverAsync(Moved, 2000);

        Live().Should().Equal(file);
        CardText().Should().NotContain("publication").And.NotContain("trained_sha256");
    }

    [Fact]
    public async Task Weights_within_the_bound_keep_their_bits_and_the_card_tells_the_cost()
    {
        await DeliverAsync(TestModels.Good, 1000);
        var trained = await DeliverAsync(MovedFar, 2000, holdout: 500);

        var card = ModelCard.Parse(CardText());

        var published = TestModels.File(News, [0, -1.5f, 0, 1, -2, 0], 2000);
        Live().Should().Equal(published, "one weight moved, and the header is the trained one");
        (card.Sha256, card.TrainedSha256).Should().Be((ContentHash.Of(published).Hex, ContentHash.Of(trained).Hex));
        var cost = card.Publication!;
        (cost.ErrorBound, cost.Rounding, cost.KeptWeights, cost.MaxError, cost.Note).Should().Be((Bound, "none", 5 / 6.0, 0.0625, null));
        cost.RmsError.Should().BeApproximately(Math.Sqrt(((0.03125 * 0.03125) + (0.0625 * 0.0625)) / 6), 1e-15);
        // Scores are w0 + side·w1: class 0 is off by its w0, class 2 by its w1.
        (cost.HoldoutItems, cost.MaxScoreDifference, cost.ValueDifference).Should().Be((500, 0.0625, 0.0), "both models choose the same class on each item");
        cost.ProbabilityShift.Should().BeInRange(1e-6, 0.0625);
        ModelCard.Parse(card.ToJson()).Should().Be(card);
        using var json = JsonDocument.Parse(CardText());
        json.RootElement.EnumerateObject().Select(p => p.Name).Should().ContainInConsecutiveOrder("sha256", "trained_sha256", "size_bytes", "source", "gate", "publication");
        json.RootElement.GetProperty("publication").EnumerateObject().Select(p => p.Name).Should().Equal(
            "error_bound", "rounding", "kept_weights", "max_error", "rms_error", "holdout_items", "max_score_difference", "probability_shift", "value_difference");
    }

    [Fact]
    public async Task A_first_delivery_is_the_trained_one_or_its_rounding_and_says_why()
    {
        Publish(new PublishOptions { ErrorBound = Bound, Rounding = WeightRounding.Bf16 });
        var exact = BitConverter.UInt32BitsToSingle(0x3F80_8001);

        await DeliverAsync([0, -1, 0, exact, -2, 0], 1000);

        Live().Should().Equal(TestModels.File(News, [0, -1, 0, BitConverter.UInt32BitsToSingle(0x3F81_0000), -2, 0], 1000));
        var cost = ModelCard.Parse(CardText()).Publication!;
        (cost.Rounding, cost.KeptWeights, cost.Note).Should().Be(("bf16", 0, "nothing was delivered before, so no weight keeps its bits"));
        (cost.HoldoutItems, cost.MaxScoreDifference, cost.ValueDifference).Should().Be((null, null, null), "there is no holdout");
    }

    [Fact]
    public async Task The_same_training_offered_again_makes_no_commit()
    {
        await DeliverAsync(TestModels.Good, 1000);
        await DeliverAsync(MovedFar, 2000);
        var epoch = _scene.Epoch();

        var again = await _scene.RunAsync();

        again.Models[0].Should().Match<ModelReport>(m => m.Outcome == "Kept" && m.Reason == "unchanged");
        (again.Result, _scene.Epoch()).Should().Be((CycleResult.Unchanged, epoch));
    }

    [Fact]
    public async Task Where_no_weight_moved_enough_the_model_is_kept_until_its_requests_grew_by_a_tenth()
    {
        var first = await DeliverAsync(TestModels.Good, 1000);
        await _scene.ExportAsync(News, Moved, 1099);

        var kept = await _scene.RunAsync();
        var after = (kept.Result, Epoch: _scene.Epoch(), Live: Live());
        await DeliverAsync(Moved, 1100);

        kept.Models[0].Should().Match<ModelReport>(m => m.Outcome == "Kept" && m.Reason == "no weight moved more than is published");
        (after.Result, after.Epoch).Should().Be((CycleResult.Unchanged, 1));
        after.Live.Should().Equal(first);
        Live().Should().Equal(TestModels.File(News, TestModels.Good, 1100), "the old weights with the new header");
        ModelCard.Parse(CardText()).Publication!.KeptWeights.Should().Be(1);
    }

    [Fact]
    public async Task Rejected_training_is_in_quarantine_by_what_the_store_offers()
    {
        await DeliverAsync(TestModels.Good, 1000);
        float[] bad = [.. TestModels.Bad];
        bad[0] = 0.03125f; // what is judged is not what was trained
        var trained = await _scene.ExportAsync(News, bad, 2000, holdout: 3000);

        var rejected = await _scene.RunAsync();
        var epoch = _scene.Epoch();
        var again = await _scene.RunAsync();

        rejected.Models[0].Should().Match<ModelReport>(m => m.Outcome == "Rejected" && m.Gate!.Verdict == "harm");
        Quarantine.Read(_scene.Tip()).Should().ContainSingle().Which.Content.Should().Be(ContentHash.Of(trained));
        again.Models[0].Should().Match<ModelReport>(m => m.Outcome == "Kept" && m.Reason.StartsWith("quarantined: harm"));
        _scene.Epoch().Should().Be(epoch);
    }

    [Fact]
    public async Task A_rollback_keeps_the_training_out_that_it_rolled_back_from()
    {
        var first = await DeliverAsync(TestModels.Good, 1000);
        var trained = await DeliverAsync(MovedFar, 2000);
        var (left, commit) = (ContentHash.Of(Live()), _scene.Tip().Commit!.Value);
        Done(Control.Rollback(News, new VersionTarget.Steps(1), Because("clicks fell"), default));

        var entries = Quarantine.Read(_scene.Tip()).Select(entry => entry.Content).ToList();
        var next = await _scene.RunAsync();
        var live = Live();
        Done(Control.Rollback(News, new VersionTarget.Commit(commit), Because("they did not"), default));
        var back = Quarantine.Read(_scene.Tip()).Select(entry => entry.Content).ToList();
        var quiet = await _scene.RunAsync();

        left.Should().NotBe(ContentHash.Of(trained));
        entries.Should().BeEquivalentTo([left, ContentHash.Of(trained)]);
        next.Models[0].Reason.Should().StartWith("quarantined: rolled back to ");
        live.Should().Equal(first);
        back.Should().Equal([ContentHash.Of(first)], "what is live again is in quarantine neither as trained nor as published");
        (quiet.Result, quiet.Models[0].Reason).Should().Be((CycleResult.Unchanged, "unchanged"));
    }

    [Fact]
    public async Task Training_that_breaks_the_structure_is_rejected_whatever_would_be_published()
    {
        await DeliverAsync(TestModels.Good, 1000);
        await _scene.ExportAsync(News, Moved, 900); // all weights within the bound

        var record = await _scene.RunAsync();

        record.Models[0].Should().Match<ModelReport>(m => m.Outcome == "Rejected" && m.Reason.Contains("request_count fell from 1000 to 900"));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public async Task A_weight_that_is_no_number_is_rejected_as_ever(float weight)
    {
        Publish(new PublishOptions { ErrorBound = 1000, Rounding = WeightRounding.Bf16 });
        await DeliverAsync(TestModels.Good, 1000);
        var file = TestModels.File(News, TestModels.Good, 2000);
        BinaryPrimitives.WriteSingleLittleEndian(file.AsSpan(ModelLayout.Read(file).Tensors[0].Offset), weight);
        await _scene.SaveAsync(News, file);

        var record = await _scene.RunAsync();

        record.Models[0].Should().Match<ModelReport>(m => m.Outcome == "Rejected" && m.Reason.Contains("expected a finite number") && m.Sha256Candidate == ContentHash.Of(file).Hex);
    }

    [Fact]
    public async Task What_is_published_has_to_pass_the_tests_too()
    {
        Publish(new PublishOptions { Rounding = WeightRounding.Bf16 });
        _scene.Options = _scene.Options with { Validation = new ValidationOptions { MaxAbsoluteWeight = 1.01 } };
        var weight = BitConverter.UInt32BitsToSingle(0x3F81_0001 + 0x3000); // 1.0094, which rounds down
        await DeliverAsync([0, weight, 0, 1, 0, 0], 1000);
        await _scene.ExportAsync(News, [0, BitConverter.UInt32BitsToSingle(0x3F81_47AE), 0, 1, 0, 0], 2000); // 1.01, which rounds to 1.0078
        var passed = await _scene.RunAsync();
        _scene.Options = _scene.Options with { Validation = new ValidationOptions { MaxAbsoluteWeight = 1.013 } };
        await _scene.ExportAsync(News, [0, BitConverter.UInt32BitsToSingle(0x3F81_8001), 0, 1, 0, 0], 3000); // 1.0117, which rounds to 1.0156

        var record = await _scene.RunAsync();

        passed.Models[0].Outcome.Should().Be("Accepted");
        record.Models[0].Should().Match<ModelReport>(m => m.Outcome == "Rejected" && m.Reason.Contains("the largest |weight| is 1.01562; the limit is 1.013"));
    }

    [Fact]
    public async Task A_model_may_be_left_out()
    {
        Publish(new PublishOptions { ErrorBound = Bound, Models = new Dictionary<ModelName, PublishOverride> { [News] = new() { ErrorBound = 0 } } });
        await _scene.ExportAsync(TestModels.Video, TestModels.Good, 1000);
        await DeliverAsync(TestModels.Good, 1000);
        await _scene.ExportAsync(TestModels.Video, MovedFar, 2000);

        var file = await DeliverAsync(MovedFar, 2000);

        Live().Should().Equal(file);
        (CardText().Contains("publication", StringComparison.Ordinal), CardText("video_wizard").Contains("publication", StringComparison.Ordinal)).Should().Be((false, true));
    }

    [Fact]
    public async Task A_card_that_somebody_wrote_by_hand_does_not_stop_a_cycle()
    {
        _scene.Publish(new Publication { ExpectedTip = null, Message = "by hand", Models = [new ModelChange(News, TestModels.File(News, TestModels.Good, 1000), "[1]\n"u8.ToArray())] });

        await DeliverAsync(MovedFar, 2000);

        ModelCard.Parse(CardText()).Publication!.KeptWeights.Should().Be(5 / 6.0);
    }

    private FastDataControl Control => new(_scene.Publisher(), _scene.Time);

    private void Publish(PublishOptions options) => _scene.Options = _scene.Options with { Publish = options };

    private async Task<byte[]> DeliverAsync(float[] weights, ulong requests, int holdout = 0)
    {
        var file = await _scene.ExportAsync(News, weights, requests, holdout);
        var record = await _scene.RunAsync();
        record.Result.Should().Be(CycleResult.Published, record.Error ?? record.Models[0].Reason);
        return file;
    }

    private byte[] Live() => File.ReadAllBytes(_scene.Layout.ModelPath(_scene.Live()!.Models.Single(model => model.Name == News)));

    private string CardText(string name = "news_wizard") => GitProgram.Run(_scene.Folder, "show", $"main:models/{name}.json");

    private static ControlRequest Because(string reason) => new(new Actor("ann", "ann@host"), reason, null);

    private static void Done(ControlOutcome outcome) => outcome.Should().BeOfType<ControlOutcome.Done>();
}
