using System.Text;
using Delivery.FastData.Git.Control;
using Delivery.Models;

namespace Delivery.FastData.Git.Tests.Control;

public sealed class ControlFilesTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly CommitId Commit = CommitId.Parse(new string('a', 40));
    private static readonly ControlOrder Order = new(Noon, Noon.AddHours(2), new Actor("ann", "ann@host"), "it says \"<good>\"");

    [Fact]
    public void Pins_are_ordered_by_name_and_come_back_as_they_were()
    {
        var pins = new[] { Pin("video", Order with { Until = null }), Pin("news", Order) };

        var text = Text(Pins.Write(pins));

        text.Should().Be(
            $$"""
            [
              {
                "name": "news",
                "sha256": "{{new string('b', 64)}}",
                "commit": "{{Commit}}",
                "since": "2026-03-01T12:00:00Z",
                "until": "2026-03-01T14:00:00Z",
                "actor": "ann <ann@host>",
                "reason": "it says \"<good>\""
              },
              {
                "name": "video",
                "sha256": "{{new string('b', 64)}}",
                "commit": "{{Commit}}",
                "since": "2026-03-01T12:00:00Z",
                "actor": "ann <ann@host>",
                "reason": "it says \"<good>\""
              }
            ]

            """.ReplaceLineEndings("\n"));
        Pins.Read(Tip(Pins.FileName, text)).Should().Equal(pins[1], pins[0]);
        Pins.Write(pins.Reverse())!.Value.ToArray().Should().Equal(Encoding.UTF8.GetBytes(text), "the same orders give the same bytes");
    }

    [Fact]
    public void A_freeze_and_retired_models_come_back_as_they_were()
    {
        var retired = new RetiredModel(ModelName.Parse("news"), Order);

        Freeze.Read(Tip(Freeze.FileName, Text(Freeze.Write(Order)))).Should().Be(Order);
        Retired.Read(Tip(Retired.FileName, Text(Retired.Write([retired])))).Should().Equal(retired);
    }

    [Fact]
    public void A_file_that_is_not_there_orders_nothing_and_no_orders_need_no_file()
    {
        (Freeze.Read(FastDataTip.Empty), Pins.Read(FastDataTip.Empty).Count, Retired.Read(FastDataTip.Empty).Count).Should().Be((null, 0, 0));
        (Freeze.Write(null), Pins.Write([]), Retired.Write([])).Should().Be((null, null, null));
    }

    [Theory]
    [InlineData("since", "yesterday", "field 'since': 'yesterday' is no time; expected ISO 8601")]
    [InlineData("actor", "ann", "field 'actor': 'ann' is no actor; expected 'name <email>'.")]
    [InlineData("commit", "zz", "field 'commit': 'zz' is no commit id")]
    [InlineData("sha256", "zz", "field 'sha256': 'zz' is no SHA-256")]
    [InlineData("name", "bad-name", "field 'name': ")]
    [InlineData("reason", null, "field 'reason': it is missing.")]
    public void A_bad_field_is_told_with_its_file_its_commit_and_its_entry(string field, string? value, string message)
    {
        var pins = System.Text.Json.Nodes.JsonNode.Parse(Text(Pins.Write([Pin("news", Order)])))!;
        if (value is null) pins[0]!.AsObject().Remove(field);
        else pins[0]![field] = value;

        var act = () => Pins.Read(Tip(Pins.FileName, pins.ToJsonString()));

        act.Should().Throw<FastDataException>().Which.Message.Should().StartWith($"control/pins.json of commit {Commit}: entry 1, {message}");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[null]")]
    [InlineData("[")]
    [InlineData("[{\"name\":1}]")]
    public void What_is_no_list_is_told_with_its_file_and_its_commit(string text)
    {
        var act = () => Retired.Read(Tip(Retired.FileName, text));

        act.Should().Throw<FastDataException>().Which.Message.Should().StartWith($"control/retired.json of commit {Commit}: ");
    }

    [Fact]
    public void A_model_that_stands_there_twice_is_told()
    {
        var twice = Text(Pins.Write([Pin("news", Order), Pin("news", Order)]));

        var act = () => Pins.Read(Tip(Pins.FileName, twice));

        act.Should().Throw<FastDataException>().WithMessage("*'news' stands there twice*");
    }

    [Fact]
    public void An_order_ends_at_its_end_and_is_cleaned_away_after_it()
    {
        var lasting = new RetiredModel(ModelName.Parse("video"), Order with { Until = null });
        var tip = FastDataTip.Empty with
        {
            Commit = Commit,
            Control = new Dictionary<string, ReadOnlyMemory<byte>>
            {
                [Pins.FileName] = Pins.Write([Pin("news", Order)])!.Value,
                [Freeze.FileName] = Freeze.Write(Order)!.Value,
                [Retired.FileName] = Retired.Write([new RetiredModel(ModelName.Parse("news"), Order), lasting])!.Value,
            },
        };

        var before = ControlState.Read(tip, Noon.AddHours(2).AddTicks(-1));
        var after = ControlState.Read(tip, Noon.AddHours(2));

        (before.Freeze, before.Pins.Count, before.Retired.Count, before.WithoutExpired.Count).Should().Be((Order, 1, 2, 0));
        (after.Freeze, after.Pins.Count).Should().Be((null, 0));
        after.Retired.Values.Should().Equal(lasting);
        after.WithoutExpired.Select(file => (file.Key, Text(file.Value))).Should().BeEquivalentTo(
            [(Freeze.FileName, ""), (Pins.FileName, ""), (Retired.FileName, Text(Retired.Write([lasting])))]);
    }

    [Fact]
    public void A_request_keeps_its_reason_in_one_line_and_its_end_in_whole_seconds()
    {
        var request = new ControlRequest(Order.Actor, " two\nlines\u001b ", Noon.AddTicks(1));

        (request.Reason, request.Until).Should().Be(("two lines", Noon.AddSeconds(1)));
        new ControlRequest(Order.Actor, " \n").Reason.Should().BeNull();
    }

    private static Pin Pin(string name, ControlOrder order) => new(ModelName.Parse(name), ContentHash.Parse(new string('b', 64)), Commit, order);

    private static string Text(ReadOnlyMemory<byte>? file) => file is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : "";

    private static FastDataTip Tip(string file, string text) =>
        FastDataTip.Empty with { Commit = Commit, Control = new Dictionary<string, ReadOnlyMemory<byte>> { [file] = Encoding.UTF8.GetBytes(text) } };
}
