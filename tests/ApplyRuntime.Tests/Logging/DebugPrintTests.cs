using Delivery.ApplyRuntime.Deciding;
using Delivery.ApplyRuntime.Settings;
using Delivery.ApplyRuntime.Tests.Settings;
using Delivery.TestKit;

namespace Delivery.ApplyRuntime.Tests.Logging;

public sealed class DebugPrintTests : IDisposable
{
    private const string On = "scheme_Local/BlenderOnlineLearning_dbg=1";
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly Scene _scene = new();
    private readonly ListSink _sink = new();
    private readonly ListBlender _page = new();
    private readonly List<string> _printed = [];

    public DebugPrintTests() => _scene.Builder.With("news", FolderBuilder.Choosing("news", 1)).With("other", FolderBuilder.Choosing("other", 2)).Publish(7);

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void A_request_that_asks_for_it_gets_the_readable_form_of_what_was_logged()
    {
        var runtime = Open(_printed.Add, Examples.Random() with { ApplyPriority = 2 }, Examples.Plain("other") with { UseLocalRandom = true });

        var outcome = Decide(runtime, On);

        _printed.Should().HaveCount(2).And.HaveCount(_sink.Decisions.Count, "one for each model that learns from it");
        _printed[0].Should().StartWith("request r1, at 2026-01-01 12:00:00.000Z, intent NEWS\n  model news, version 3, 1000 requests, from fast_data, epoch 7, commit ")
            .And.Contain($"shown {outcome.Shown}").And.Contain("features 3, norm 1.73205: 1 1 1");
        _printed[1].Should().Contain("model other").And.Contain("randomised elsewhere");
    }

    [Fact]
    public void A_decision_that_was_not_randomised_is_printed_as_it_would_be_logged()
    {
        Decide(Open(_printed.Add, Examples.Plain()), On);

        _printed.Should().ContainSingle().Which.Should().StartWith("Not randomised, so not logged. It would be:\nrequest r1,").And.Contain("shown 1, pivot 1");
        _sink.Decisions.Should().BeEmpty();
    }

    [Fact]
    public void It_is_printed_where_nothing_is_logged_as_well()
    {
        var runtime = _scene.Open(Scene.OnlyWhenAsked with { ApplyModels = ApplyConfiguration.Of([Examples.Random()]), Debug = _printed.Add });

        Decide(runtime, On);

        _printed.Should().ContainSingle();
    }

    [Fact]
    public void Requests_that_do_not_ask_print_nothing()
    {
        var runtime = Open(_printed.Add, Examples.Random());

        Decide(runtime, null);
        Decide(runtime, "scheme_Local/BlenderOnlineLearning_dbg=0");
        Decide(runtime, "scheme_Local/BlenderOnlineLearning_dbgmore=1");

        _printed.Should().BeEmpty();
        _sink.Decisions.Should().HaveCount(3);
    }

    [Fact]
    public void A_host_that_has_no_place_for_it_loses_nothing()
    {
        Decide(Open(null, Examples.Random()), On).Explored.Should().BeTrue();

        _sink.Decisions.Should().ContainSingle();
    }

    [Fact]
    public void A_print_that_fails_fails_no_request()
    {
        Decide(Open(_ => throw new IOException("no place"), Examples.Random()), On).Explored.Should().BeTrue();

        _sink.Decisions.Should().ContainSingle();
    }

    [Theory]
    [InlineData("scheme_Local/BlenderOnlineLearning_dbg=true", true)]
    [InlineData(" scheme_Local/BlenderOnlineLearning_dbg=1 ", true)]
    [InlineData("scheme_Local/BlenderOnlineLearning_dbg=false", false)]
    public void The_flag_is_0_1_true_or_false(string flag, bool expected)
    {
        var changed = new ApplyOverrideBuilder(ApplyConfiguration.Empty).Flag(flag).Build();

        (changed.Debug, changed.Problems.Count).Should().Be((expected, 0));
    }

    [Theory]
    [InlineData("scheme_Local/BlenderOnlineLearning_dbg=yes")]
    [InlineData("scheme_Local/BlenderOnlineLearning_dbg")]
    public void Anything_else_is_a_mistake_that_changes_nothing(string flag)
    {
        var changed = new ApplyOverrideBuilder(ApplyConfiguration.Empty).Flag(On).Flag(flag).Build();

        changed.Debug.Should().BeTrue();
        changed.Problems.Should().Equal($"'{flag}' is no setting; expected scheme_Local/BlenderOnlineLearning_dbg= and 0, 1, true or false.");
    }

    private DecisionOutcome Decide(ModelRuntime runtime, string? flag)
    {
        var changed = flag is null ? null : runtime.StartOverride().Flag(flag).Build();
        return runtime.Decide(new() { Intent = "NEWS", Features = Scene.Ones, RequestId = "r1", User = "u", Query = "q", Time = Now, Override = changed }, _page);
    }

    private ModelRuntime Open(Action<string>? debug, params ApplyModel[] models) =>
        _scene.Open(Scene.OnlyWhenAsked with { ApplyModels = ApplyConfiguration.Of(models), Decisions = _sink, Debug = debug });
}
