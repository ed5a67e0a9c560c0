using Delivery.Models.Wire;
using Delivery.TestKit;
using Delivery.Updater.Validation;
using Google.Protobuf.WellKnownTypes;

namespace Delivery.Updater.Tests.Validation;

public sealed class StructuralTestsTests
{
    private static readonly ValidationOptions Options = new();
    private static readonly DateTimeOffset Now = new(2026, 1, 10, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_model_trained_on_passes()
    {
        var champion = LoadedModel.Of(TestModels.File(TestModels.News, TestModels.Good, 1000));

        StructuralTests.Check(TestModels.News, TestModels.File(TestModels.News, TestModels.Good, 2000), champion, Options, Now, out var candidate).Should().BeEmpty();

        candidate!.Header.RequestCount.Should().Be(2000);
    }

    [Fact]
    public void Bytes_that_are_no_model_are_told_apart_from_a_model()
    {
        var file = TestModels.File(TestModels.News, TestModels.Good);

        StructuralTests.Check(TestModels.News, file.AsMemory(0, file.Length - 3), null, Options, Now, out var candidate).Should().ContainSingle().Which.Should().StartWith("structure: ");

        candidate.Should().BeNull();
    }

    [Fact]
    public void An_unknown_kind_is_named() =>
        Reasons(h => h.Kind = "random_forest").Should().Equal("structure: The model 'news_wizard' is of kind 'random_forest', which this version cannot score.");

    [Fact]
    public void A_file_over_the_limit_is_not_read() =>
        StructuralTests.Check(TestModels.News, new byte[2000], null, Options with { MaxModelBytes = 1024 }, Now, out _).Should().Equal("structure: the file has 2000 bytes; the limit is 1024");

    [Fact]
    public void Every_reason_is_told()
    {
        var champion = LoadedModel.Of(TestModels.File(TestModels.News, TestModels.Good, 1000));
        float[] huge = [0, 0, 0, -20_000, 0, 0];

        var reasons = StructuralTests.Check(TestModels.Video, TestModels.File(TestModels.News, huge, 999), champion, Options, Now, out _);

        reasons.Should().Equal(
            "structure: the header names 'news_wizard'; expected 'video_wizard'",
            "structure: the largest |weight| is 20000; the limit is 10000",
            "structure: trained until 2026-01-01T00:16:39.0000000Z, which is older than the delivered 2026-01-01T00:16:40.0000000Z",
            "structure: request_count fell from 1000 to 999 while model_version went from 1 to 1; it may fall only when model_version rises");
    }

    [Fact]
    public void The_request_count_may_fall_when_the_version_rises() =>
        Reasons(h => (h.ModelVersion, h.RequestCount, h.BatchCount) = (2, 5, 1)).Should().BeEmpty();

    [Fact]
    public void An_unknown_time_of_training_does_not_replace_a_known_one() =>
        Reasons(h => h.TrainedUntil = null).Should().ContainSingle().Which.Should().StartWith("structure: trained until an unknown time");

    [Fact]
    public void A_header_that_no_later_one_could_surpass_is_refused()
    {
        Reasons(h => h.TrainedUntil = Timestamp.FromDateTimeOffset(Now.AddDays(2))).Should().ContainSingle().Which.Should().StartWith("structure: trained_until is 2026-01-12").And.Contain("in the future");
        Reasons(h => h.Created = Timestamp.FromDateTimeOffset(Now.AddYears(7000))).Should().ContainSingle().Which.Should().StartWith("structure: created is 9026");
        Reasons(h => h.RequestCount = ulong.MaxValue).Should().ContainSingle().Which.Should().StartWith("structure: request_count is 18446744073709551615");
        Reasons(h => h.BatchCount = 5000).Should().ContainSingle().Which.Should().StartWith("structure: batch_count is 5000 and request_count 2000");
    }

    private static IReadOnlyList<string> Reasons(Action<ModelHeader> change)
    {
        var champion = LoadedModel.Of(TestModels.File(TestModels.News, TestModels.Good, 1000));
        var later = Timestamp.FromDateTimeOffset(new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero));
        return StructuralTests.Check(TestModels.News, TestModels.File(TestModels.News, TestModels.Good, 2000, h =>
        {
            h.TrainedUntil = later;
            change(h);
        }), champion, Options, Now, out _);
    }
}
