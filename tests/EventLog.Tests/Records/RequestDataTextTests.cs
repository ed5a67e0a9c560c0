using Delivery.EventLog.Records;
using Delivery.Models.Wire;
using Google.Protobuf.WellKnownTypes;

namespace Delivery.EventLog.Tests.Records;

public sealed class RequestDataTextTests
{
    [Fact]
    public void A_whole_record_reads_as_five_lines()
    {
        var data = new RequestData
        {
            RequestId = "r-17", Time = Timestamp.FromDateTimeOffset(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero)), Model = "news_touch", ModelVersion = 2, ModelSha256 = new string('a', 64),
            RequestCount = 10_000, Intent = "NEWS_WIZARD", Features = { 1, 2, 2, 0, 0, 0, 0, 0, 0 }, Pivot = 2, Production = 5, Shown = 10, ClassCount = 11, Bundle = "positional_random", Propensity = 0.2,
            ExploreProbability = 0.198019, SaltBucket = 980_553, Locale = "ru", Ui = "touch", Experiment = "42", Source = "fast_data", Epoch = 12, Commit = new string('b', 40), Draw = 255, ConfigHash = 16,
        };

        RequestDataText.Of(data).Should().Be(
            """
            request r-17, at 2026-01-02 03:04:05.678Z, intent NEWS_WIZARD, locale ru, ui touch, experiment 42
              model news_touch, version 2, 10000 requests, from fast_data, epoch 12, commit bbbbbbbb, sha256 aaaaaaaaaaaaaaaa
              shown 10 (not shown), pivot 2, production 5, 11 classes
              randomised by positional_random, propensity 0.2, explored with probability 0.198019, salt period 980553, draw 00000000000000ff, config 0000000000000010
              features 9, norm 3: 1 2 2 0 0 0 0 0 ...
            """);
    }

    [Fact]
    public void What_is_not_known_is_left_out()
    {
        RequestDataText.Of(new RequestData { RequestId = "r", Model = "m", ExternalRandom = true, Propensity = 1 }).Should().Be(
            """
            request r, at no known time
              model m, not there yet, 0 requests
              shown 0, no pivot, production not known
              randomised elsewhere, propensity 1, explored with probability 0
              features 0, norm 0
            """);
    }
}
