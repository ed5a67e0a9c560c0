using System.Text;
using Delivery.Evaluation;
using Delivery.FastData;
using Delivery.FastData.Git;
using Delivery.Models;
using Delivery.TestKit;
using Delivery.Updater.Validation;

namespace Delivery.Updater.Tests;

public sealed class CommitMessageTests
{
    [Fact]
    public void The_subject_counts_the_body_tells_changes_and_trailers_tell_every_outcome()
    {
        var outcomes = new Dictionary<ModelName, ModelOutcome>
        {
            [ModelName.Parse("web")] = new ModelOutcome.Kept("failed: the disk is\r\ngone\u0007"),
            [TestModels.Video] = Accepted(TestModels.Video, 'b'),
            [TestModels.News] = Accepted(TestModels.News, 'c'),
            [ModelName.Parse("maps")] = new ModelOutcome.Skipped("missing from the training store"),
            [ModelName.Parse("images")] = new ModelOutcome.Rejected(["structure: a", "structure: b"], Hash('d')),
        };

        var message = CommitMessage.Build("20260101T000000000Z-1", outcomes, new Dictionary<ModelName, (ContentHash, ulong)> { [TestModels.News] = (Hash('a'), 900) });

        message.Should().Be(
            """
            Deliver 2 models, keep 1, skip 1, reject 1

            images: rejected dddddddd, structure: a; structure: b
            news_wizard: 900 -> 1000 requests, aaaaaaaa -> cccccccc
            video_wizard: new, 1000 requests, bbbbbbbb

            Cycle: 20260101T000000000Z-1
            Outcome: images Rejected structure: a; structure: b
            Outcome: maps Skipped missing from the training store
            Outcome: news_wizard Accepted first delivery
            Outcome: video_wizard Accepted first delivery
            Outcome: web Kept failed: the disk is gone

            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void One_model_is_one_model() => CommitMessage
        .Build("c", new Dictionary<ModelName, ModelOutcome> { [TestModels.News] = Accepted(TestModels.News, 'c') }, new Dictionary<ModelName, (ContentHash, ulong)>())
        .Should().StartWith("Deliver 1 model, keep 0, skip 0\n\n");

    private static ModelOutcome.Accepted Accepted(ModelName name, char hash)
    {
        var file = TestModels.File(name, TestModels.Good);
        var model = LoadedModel.Of(file);
        var (_, gate) = HoldoutGate.Decide(model, null, HoldoutReplay.Of([], model, null), new HarmTestOptions());
        var card = ModelCard.Of(name, model, Hash(hash), new CardSource("sqlite", 1, default), gate);
        return new(new ModelChange(name, file, Encoding.UTF8.GetBytes(card.ToJson())), card);
    }

    private static ContentHash Hash(char digit) => ContentHash.Parse(new string(digit, 64));
}
