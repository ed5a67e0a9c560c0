using Delivery.ApplyRuntime.Deciding;
using Delivery.ApplyRuntime.Settings;
using Delivery.TestKit;

namespace Delivery.ApplyRuntime.Tests.Settings;

public sealed class ApplyOverrideTests : IDisposable
{
    private const string Flag = "scheme_Local/BlenderOnlineLearning/ApplyModels/";

    private readonly Scene _scene = new();
    private readonly ModelRuntime _runtime;

    public ApplyOverrideTests()
    {
        _scene.Builder.With("news", FolderBuilder.Choosing("news", 1)).With("other", FolderBuilder.Choosing("other", 2)).Publish();
        _runtime = _scene.Open(Scene.OnlyWhenAsked with { ApplyModels = ApplyConfiguration.Of([Examples.Plain() with { ClassNumber = 4, ApplyPriority = 3 }]) });
    }

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void A_flag_replaces_the_whole_entry_of_a_model()
    {
        var changed = With(Flag + """news={"Intent":"NEWS","ModelSource":"fast_data","ApplyCondition":"always","RandomizeParams":{"RandomizeBundle":"positional_random","MinRandomProb":1.}}""");

        var outcome = Decide("NEWS", changed);

        (outcome.Explored, outcome.Application!.ApplyPriority, outcome.ClassCount).Should().Be((true, 1, 4));
        outcome.Propensity.Should().Be(0.25);
        Decide("NEWS", null).Explored.Should().BeFalse("other requests go on as they were");
    }

    [Theory]
    [InlineData(@"{""Intent"":""\ud800""}")]
    [InlineData(@"{""Intent"":""NEWS"",""Locales"":[""\udc00""]}")]
    [InlineData(@"{""\ud800"":1}")]
    public void Half_a_character_in_a_flag_is_told_and_fails_no_request(string entry)
    {
        var changed = With(Flag + "news=" + entry);

        changed.Problems.Should().ContainSingle().Which.Should().StartWith("ApplyModels[news].entry is no JSON (");
        Name("NEWS", changed).Should().Be("news");
    }

    [Fact]
    public void A_flag_may_add_a_model_or_move_one_to_another_intent()
    {
        Name("NEWS", With(Entry("other", "NEWS", priority: 9))).Should().Be("other");
        Name("NEWS", With(Entry("other", "NEWS", priority: 1))).Should().Be("news");
        var moved = With(Entry("news", "VIDEO", priority: 1));
        Name("VIDEO", moved).Should().Be("news");
        Name("NEWS", moved).Should().BeNull();
    }

    [Fact]
    public void The_number_of_classes_is_known_from_the_configuration()
    {
        var changed = With(Flag + """news={"Intent":"NEWS","FallBackBlenderPos":3}""");

        changed.Problems.Should().Equal("ApplyModels[news].FallBackBlenderPos is 3; expected a position from 0 to 2, as of 4 classes the last means \"not shown\".");
    }

    [Theory]
    [InlineData("""news={"Intent":"NEWS","MinRandomProb":1}""", "ApplyModels[news].MinRandomProb is 1; expected a known setting*")]
    [InlineData("""news={"Intent":""", "ApplyModels?news?.entry is no JSON (*")]
    [InlineData("""a b={"Intent":"NEWS"}""", "ApplyModels?a b?.name is \"a b\"; expected a model name.*")]
    [InlineData("news", "'scheme_Local/BlenderOnlineLearning/ApplyModels/news' is no setting; expected *")]
    [InlineData("news/RandomizeParams={}", "'scheme_Local/BlenderOnlineLearning/ApplyModels/news/RandomizeParams={}' is no setting; expected *")]
    public void A_bad_flag_is_told_and_changes_nothing(string flag, string message)
    {
        var changed = With(Flag + flag);

        changed.Problems.Should().ContainSingle().Which.Should().Match(message);
        Decide("NEWS", changed).Should().Be(Decide("NEWS", null));
    }

    [Fact]
    public void A_section_that_does_not_exist_is_told_and_flags_of_others_are_ignored()
    {
        With("scheme_Local/BlenderOnlineLearning/ApplyModel/news={}").Problems.Should().ContainSingle().Which.Should().EndWith("expected ApplyModels or TrainModels (was 'ApplyModels' meant?).");
        With("scheme_Local/Other/ApplyModels/news={", "debug=1", "", "scheme_Local/BlenderOnlineLearning/TrainModels/news={\"ClassNumber\":7}").Problems.Should().BeEmpty();
    }

    [Fact]
    public void A_production_process_refuses_the_training_store_in_flags_too()
    {
        var runtime = _scene.Open(Scene.OnlyWhenAsked with { Production = true });

        var changed = runtime.StartOverride().Flag(Flag + """news={"Intent":"NEWS"}""").Build();

        changed.Problems.Should().ContainSingle().Which.Should().Be("ApplyModels[news].ModelSource is \"rtmr\" (the default); expected fast_data in production, where no model is applied past the gate and the history.");
    }

    [Fact]
    public void FastModelsToApply_says_who_decides_on_a_source()
    {
        _runtime.Configure(ApplyConfiguration.Of([Examples.Plain() with { ApplyPriority = 3 }, Examples.Plain("other")]));
        Name("NEWS", null).Should().Be("news");

        Name("NEWS", _runtime.StartOverride().SetFastModelToApply("NEWS", "other").Build()).Should().Be("other");
        Name("NEWS", _runtime.StartOverride().SetFastModelToApply("NEWS", "other").SetFastModelToApply("NEWS", "news").Build()).Should().Be("news");
        Name("NEWS", _runtime.StartOverride().Source("NEWS", """{"FastModelsToApply":"other","system":{"intent_filter":0}}""").Build()).Should().Be("other");
        Name("NEWS", _runtime.StartOverride().Source("NEWS", """{"FastModelsToApply":[]}""").Build()).Should().BeNull();
        Name("NEWS", _runtime.StartOverride().Source("NEWS", """{"system":{"intent_filter":0}}""").Build()).Should().Be("news");
        Name("NEWS", _runtime.StartOverride().SetFastModelToApply("VIDEO", "other").Build()).Should().Be("news", "it is said of another source");
        Name("NEWS", _runtime.StartOverride().Flag(Entry("third", "NEWS", priority: -1)).SetFastModelToApply("NEWS", "third").Build()).Should().BeNull("there is no such model, but it alone was named");
    }

    [Fact]
    public void Settings_of_a_source_that_cannot_be_used_are_told()
    {
        var changed = _runtime.StartOverride()
            .Source("NEWS", """{"FastModelsToApply":7}""").Source("VIDEO", "{").Source("IMAGES", "[]").SetFastModelToApply("NEWS", "other").Build();

        changed.Problems.Should().HaveCount(4);
        changed.Problems[0].Should().Be("Sources[NEWS].FastModelsToApply is 7; expected a list of texts.");
        changed.Problems[1].Should().StartWith("Sources[VIDEO].entry is no JSON (");
        changed.Problems[2].Should().Be("Sources[IMAGES].entry is []; expected a JSON object.");
        changed.Problems[3].Should().Be("FastModelsToApply of 'NEWS' names 'other', which ApplyModels does not apply to this intent.");
    }

    [Fact]
    public void An_override_follows_a_configuration_that_changes()
    {
        var changed = With(Entry("other", "NEWS", priority: 2));
        Name("NEWS", changed).Should().Be("news");

        _runtime.Configure(ApplyConfiguration.Of([Examples.Plain() with { ApplyPriority = 1 }]));

        Name("NEWS", changed).Should().Be("other");
        Name("NEWS", null).Should().Be("news");
    }

    private static string Entry(string name, string intent, int priority) =>
        $$"""{{Flag}}{{name}}={"Intent":"{{intent}}","ModelSource":"fast_data","ApplyCondition":"always","ApplyPriority":{{priority}}}""";

    private ApplyOverride With(params string[] flags) => _runtime.StartOverride().Flags(flags).Build();

    private DecisionOutcome Decide(string intent, ApplyOverride? changed) =>
        _runtime.Decide(new DecisionRequest { Intent = intent, Features = Scene.Ones, User = "u", Time = FolderBuilder.TrainedUntil, Override = changed }, new ListBlender());

    private string? Name(string intent, ApplyOverride? changed)
    {
        var outcome = Decide(intent, changed);
        return outcome.Untouched == UntouchedReason.None ? outcome.Application!.Name.Value : null;
    }
}
