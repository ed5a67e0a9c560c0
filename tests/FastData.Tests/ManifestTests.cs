using System.Text;
using Delivery.Models;

namespace Delivery.FastData.Tests;

public sealed class ManifestTests
{
    private static readonly Manifest Two = new(7, CommitId.Parse(new string('c', 40)), [Entry("a_model"), Entry("b_model")]);

    [Fact]
    public void A_manifest_reads_back_and_writes_the_same_bytes()
    {
        var bytes = Two.ToBytes();

        var read = Manifest.Parse(bytes, "m.json");

        read.Models.Should().Equal(Two.Models);
        read.ToBytes().Should().Equal(bytes);
        Encoding.UTF8.GetString(bytes).Split('\n').Should().HaveCount(5, "one line a model, the head, the tail and the last line end");
    }

    [Fact]
    public void A_manifest_without_models_is_a_manifest() =>
        Manifest.Parse((Two with { Models = [] }).ToBytes(), "m.json").Models.Should().BeEmpty();

    [Fact]
    public void The_time_of_its_commit_is_kept_to_the_second_and_one_of_before_has_none()
    {
        var timed = Two with { Published = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero) };
        var bytes = timed.ToBytes();

        Encoding.UTF8.GetString(bytes).Should().StartWith($"{{\"format\":1,\"epoch\":7,\"commit\":\"{Two.Commit}\",\"published\":\"2026-03-01T12:00:00Z\",\"models\":[");
        Manifest.Parse(bytes, "m.json").Published.Should().Be(timed.Published);
        Manifest.Parse(bytes, "m.json").ToBytes().Should().Equal(bytes);
        Manifest.Parse(Two.ToBytes(), "m.json").Published.Should().BeNull();
    }

    [Theory]
    [InlineData("2026-03-01T12:00:00+01:00")]
    [InlineData("2026-03-01")]
    [InlineData("")]
    public void A_time_that_is_written_otherwise_is_a_mistake(string time)
    {
        var text = Encoding.UTF8.GetString((Two with { Published = DateTimeOffset.UnixEpoch }).ToBytes()).Replace("1970-01-01T00:00:00Z", time, StringComparison.Ordinal);

        var act = () => Manifest.Parse(Encoding.UTF8.GetBytes(text), "m.json");

        act.Should().Throw<FastDataException>().WithMessage($"m.json: no manifest: 'published' is '{time}'; expected a time in UTC such as 2026-03-01T12:00:00Z.");
    }

    [Theory]
    [InlineData("\"a_model\"", "\"../a_model\"", "*character other than*")]
    [InlineData("a_model.", "b_model.", "*has the file*expected*")]
    [InlineData("\"length\":3", "\"length\":-3", "*'length' must be a whole number above 0*")]
    [InlineData("\"length\":3", "\"length\":3.5", "*'length' must be a whole number above 0*")]
    [InlineData("\"models\"", "\"extra\"", "*property 'extra'*expected 'models'*")]
    [InlineData("\"name\"", "\"title\"", "*property 'title'*expected 'name'*")]
    [InlineData("\"epoch\":7", "\"epoch\":0", "*'epoch' must be a whole number above 0*")]
    [InlineData("]}", "]", "*")]
    [InlineData("]}", "]}{}", "*")]
    [InlineData("cccc", "CCCC", "*is no commit id*")]
    public void A_mistake_is_named(string found, string replacement, string message)
    {
        var text = Encoding.UTF8.GetString(Two.ToBytes());
        var at = text.IndexOf(found, StringComparison.Ordinal);
        var damaged = Encoding.UTF8.GetBytes(text[..at] + replacement + text[(at + found.Length)..]);

        var act = () => Manifest.Parse(damaged, "m.json");

        act.Should().Throw<FastDataException>().WithMessage("m.json: no manifest: " + message);
        var beside = () => Manifest.Parse(damaged, "m.json", Two.Models);
        beside.Should().Throw<FastDataException>("an entry that is known excuses nothing").WithMessage("m.json: no manifest: " + message);
    }

    [Fact]
    public void Entries_that_did_not_change_are_those_of_the_manifest_before()
    {
        ManifestEntry changed = Entry("c_model") with { Length = 4 };
        ManifestEntry[] before = [Entry("a_model"), Entry("b_model"), Entry("c_model"), Entry("e_model"), Entry("f_model"), Entry("g_model")];
        ManifestEntry[] now = [Entry("a_model"), changed, Entry("d_model"), Entry("e_model"), Entry("f_model") with { Kind = "other" }, Entry("g_model")];

        var read = Manifest.Parse((Two with { Models = now }).ToBytes(), "m.json", before);

        read.Models.Should().Equal(now);
        read.Models.Where(entry => before.Any(old => ReferenceEquals(old, entry))).Select(entry => entry.Name.Value).Should().Equal("a_model", "e_model", "g_model");
    }

    [Fact]
    public void Names_must_grow()
    {
        var act = () => Manifest.Parse((Two with { Models = [Two.Models[1], Two.Models[0]] }).ToBytes(), "m.json");
        act.Should().Throw<FastDataException>().WithMessage("*'a_model' stands after 'b_model'*");

        act = () => Manifest.Parse((Two with { Models = [Two.Models[0], Two.Models[0]] }).ToBytes(), "m.json");
        act.Should().Throw<FastDataException>().WithMessage("*names must grow*");
    }

    [Fact]
    public void A_newer_format_is_told_apart_from_damage()
    {
        var newer = Encoding.UTF8.GetString(Two.ToBytes()).Replace("\"format\":1", "\"format\":2", StringComparison.Ordinal);

        var act = () => Manifest.Parse(Encoding.UTF8.GetBytes(newer), "m.json");

        act.Should().Throw<UnsupportedFormatException>().WithMessage("*format 2*");
    }

    [Theory]
    [InlineData(20260101)]
    public void Random_damage_gives_a_manifest_or_a_clean_refusal(int seed)
    {
        var random = new Random(seed);
        var bytes = Two.ToBytes();
        for (var i = 0; i < 20_000; i++)
        {
            var damaged = (byte[])bytes.Clone();
            for (var flips = random.Next(1, 4); flips > 0; flips--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            var length = random.Next(4) == 0 ? random.Next(damaged.Length) : damaged.Length;
            var (read, beside) = ((Manifest?)null, (Manifest?)null);
            var failure = Record.Exception(() => read = Manifest.Parse(damaged.AsSpan(0, length), "m.json"));
            var failureBeside = Record.Exception(() => beside = Manifest.Parse(damaged.AsSpan(0, length), "m.json", Two.Models));
            (failureBeside?.GetType(), failureBeside?.Message).Should().Be((failure?.GetType(), failure?.Message), "known entries change no verdict; seed {0}, case {1}", seed, i);
            if (failure is null) beside!.Models.Should().Equal(read!.Models, "seed {0}, case {1}", seed, i);
            else failure.Should().Match(e => e is FastDataException || e is UnsupportedFormatException, "seed {0}, case {1}", seed, i);
        }
    }

    private static ManifestEntry Entry(string name) => new(ModelName.Parse(name), 3, ContentHash.Of(Encoding.UTF8.GetBytes(name)), "linear_softmax");
}
