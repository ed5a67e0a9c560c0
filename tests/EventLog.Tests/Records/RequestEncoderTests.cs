using Delivery.EventLog.Records;
using Delivery.Models.Wire;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Delivery.EventLog.Tests.Records;

public sealed class RequestEncoderTests
{
    [Fact]
    public void An_entry_is_written_as_the_protobuf_library_writes_it()
    {
        const int seed = 17;
        var random = new Random(seed);
        for (var i = 0; i < 500; i++)
        {
            var data = Random(random);

            Encode(data).Should().Equal(data.ToByteArray(), "seed {0}, entry {1}: {2}", seed, i, data);
        }
    }

    [Fact]
    public void Defaults_and_missing_texts_take_no_room()
    {
        var entry = new RequestEntry { RequestId = null, Time = DateTimeOffset.UnixEpoch, Model = null, Features = [], Shown = 0, Propensity = 0 };

        Encode(entry).Should().Equal(new RequestData { Time = new Timestamp() }.ToByteArray()).And.HaveCount(2);
    }

    [Theory]
    [InlineData("0001-01-01T00:00:00Z")]
    [InlineData("1969-12-31T23:59:59.9999999Z")]
    [InlineData("2026-11-22T04:15:47.1234567Z")]
    [InlineData("9999-12-31T23:59:59.9999999Z")]
    public void Times_are_kept_to_the_tick(string text)
    {
        var time = DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
        var entry = new RequestEntry { RequestId = "r", Time = time, Model = "m", Features = [1], Shown = 1, Propensity = 1 };

        var read = RequestData.Parser.ParseFrom(Encode(entry));

        read.Time.Should().Be(Timestamp.FromDateTimeOffset(time));
        RequestDataText.TimeOf(read).Should().Be(time.UtcDateTime);
    }

    [Fact]
    public void Half_a_character_becomes_the_sign_for_one_that_is_not_known()
    {
        var entry = new RequestEntry { RequestId = "a\ud800b", Time = default, Model = "новости", Features = [], Shown = 0, Propensity = 1 };

        var read = RequestData.Parser.ParseFrom(Encode(entry));

        (read.RequestId, read.Model).Should().Be(("a\ufffdb", "новости"));
    }

    private static byte[] Encode(RequestData data)
    {
        float[] features = [.. data.Features];
        return Encode(new RequestEntry
        {
            RequestId = data.RequestId, Time = data.Time.ToDateTimeOffset(), Model = data.Model, ModelVersion = data.ModelVersion, ModelSha256 = data.ModelSha256, RequestCount = data.RequestCount,
            Intent = data.Intent, Features = features, Pivot = data.HasPivot ? data.Pivot : null, Production = data.HasProduction ? data.Production : null, Shown = data.Shown, Bundle = data.Bundle,
            Propensity = data.Propensity, ExploreProbability = data.ExploreProbability, ExternalRandom = data.ExternalRandom, SaltBucket = data.SaltBucket, Locale = data.Locale, Ui = data.Ui,
            Experiment = data.Experiment, Source = data.Source, Epoch = data.Epoch, Commit = data.Commit, Draw = data.Draw, ClassCount = data.ClassCount, ConfigHash = data.ConfigHash,
            SaltMinutes = data.SaltMinutes, LocalRadius = data.LocalRadius, UniformShare = data.UniformShare,
        });
    }

    private static byte[] Encode(in RequestEntry entry)
    {
        var sizes = RequestEncoder.Measure(entry);
        var bytes = new byte[sizes.Total];
        RequestEncoder.Write(entry, sizes, bytes);
        return bytes;
    }

    private static RequestData Random(Random random)
    {
        var data = new RequestData
        {
            RequestId = Text(random), Time = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch.AddTicks(random.NextInt64(-TimeSpan.TicksPerDay * 9999, TimeSpan.TicksPerDay * 99999))), Model = Text(random),
            ModelVersion = (uint)Number(random), ModelSha256 = Text(random), RequestCount = Number(random), Intent = Text(random), Shown = (uint)Number(random), Bundle = Text(random),
            Propensity = random.Next(2) * random.NextDouble(), ExploreProbability = random.Next(2) * random.NextDouble(), ExternalRandom = random.Next(2) == 1, SaltBucket = (long)Number(random), Locale = Text(random),
            Ui = Text(random), Experiment = Text(random), Source = Text(random), Epoch = (long)Number(random), Commit = Text(random), Draw = Number(random), ClassCount = (uint)Number(random), ConfigHash = Number(random),
            SaltMinutes = (uint)Number(random), LocalRadius = (uint)Number(random), UniformShare = random.Next(2) * random.NextDouble(),
        };
        for (var i = random.Next(3) * random.Next(100); i > 0; i--) data.Features.Add(random.NextSingle() - 0.5f);
        if (random.Next(2) == 1) data.Pivot = (uint)Number(random);
        if (random.Next(2) == 1) data.Production = (uint)Number(random);
        return data;
    }

    private static ulong Number(Random random) => random.Next(3) == 0 ? 0 : (ulong)random.NextInt64() >> random.Next(64);

    private static string Text(Random random) => random.Next(4) switch
    {
        0 => "",
        1 => new string('x', random.Next(300)),
        2 => string.Concat(Enumerable.Repeat("новости €", random.Next(30))),
        _ => "positional_local_random_hard",
    };
}
