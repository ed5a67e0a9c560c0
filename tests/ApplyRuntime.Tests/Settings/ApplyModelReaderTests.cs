using Delivery.ApplyRuntime.Settings;
using Delivery.Models.Settings;

namespace Delivery.ApplyRuntime.Tests.Settings;

public sealed class ApplyModelReaderTests
{
    [Fact]
    public void The_users_settings_load_as_they_are()
    {
        var model = ApplyModelReader.Read("news_online", Examples.News);

        (model.Name.Value, model.Intent, model.ModelSource, model.FallBackBlenderPos).Should().Be(("news_online", "NEWS_WIZARD", ModelSource.FastData, 2));
        (model.ApplyCondition, model.ApplyPriority, model.UseLocalRandom, model.ClassNumber, model.NotShownThreshold).Should().Be((ApplyCondition.HasDoc, 1, false, null, null));
        model.Locales.Should().BeEmpty();
        model.UserInterfaces.Should().BeEmpty();
        model.RandomizeParams.Should().Be(new RandomizeParams
        {
            RandomizeBundle = "positional_local_random_hard", FullRandomReqCount = 10_000, RandomProbA = 20, RandomProbFunc = RandomProbFunc.Sqrt,
            MinRandomProb = 0.05, FixedPosReqCount = 1000, FixedPos = 2,
        });
    }

    [Fact]
    public void What_is_left_out_has_its_default()
    {
        var model = ApplyModelReader.Read("m", """{"Intent":"NEWS_WIZARD"}""");

        (model.ModelSource, model.FallBackBlenderPos, model.ApplyCondition, model.ApplyPriority).Should().Be((ModelSource.Rtmr, null, ApplyCondition.HasDoc, 1));
        model.RandomizeParams.Should().BeNull("without it nothing is explored");
        var randomize = ApplyModelReader.Read("m", """{"Intent":"NEWS_WIZARD","RandomizeParams":{"RandomizeBundle":"positional_random"}}""").RandomizeParams!;
        (randomize.FullRandomReqCount, randomize.RandomProbA, randomize.RandomProbB, randomize.RandomProbFunc, randomize.MinRandomProb).Should().Be((0, 0, 1, null, 0));
        (randomize.FixedPosReqCount, randomize.FixedPos, randomize.RandomSaltMinutes, randomize.UniformShare, randomize.LocalRadius).Should().Be((0, null, 30, 0.05, 2));
    }

    [Fact]
    public void Every_setting_can_be_given()
    {
        var model = ApplyModelReader.Read("m", """
            {"Intent":"NEWS_WIZARD","ModelSource":"doc_attr","FallBackBlenderPos":3,"Locales":["ru","tr"],"UserInterfaces":"touch","ApplyCondition":"has_intent",
             "ApplyPriority":7,"UseLocalRandom":1,"ClassNumber":11,"NotShownThreshold":0.7,
             "RandomizeParams":{"RandomizeBundle":"positional_local_random","RandomProbA":5,"RandomProbB":0.5,"RandomProbFunc":"log1p","RandomSaltMinutes":60,"UniformShare":0,"LocalRadius":3}}
            """);

        (model.ModelSource, model.FallBackBlenderPos, model.ApplyCondition, model.ApplyPriority).Should().Be((ModelSource.DocAttr, 3, ApplyCondition.HasIntent, 7));
        (model.UseLocalRandom, model.ClassNumber, model.NotShownThreshold).Should().Be((true, 11, 0.7));
        model.Locales.Should().Equal("ru", "tr");
        model.UserInterfaces.Should().Equal("touch");
        var randomize = model.RandomizeParams!;
        (randomize.RandomProbA, randomize.RandomProbB, randomize.RandomProbFunc, randomize.RandomSaltMinutes, randomize.UniformShare, randomize.LocalRadius).Should().Be((5, 0.5, RandomProbFunc.Log1p, 60, 0, 3));
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("1", true)]
    [InlineData("false", false)]
    [InlineData("0", false)]
    public void A_flag_may_be_a_number(string written, bool expected) =>
        ApplyModelReader.Read("m", $$"""{"Intent":"A","UseLocalRandom":{{written}}}""").UseLocalRandom.Should().Be(expected);

    [Theory]
    [InlineData("rtmr", ModelSource.Rtmr)]
    [InlineData("fast_data", ModelSource.FastData)]
    [InlineData("doc_attr", ModelSource.DocAttr)]
    public void Every_source_has_its_word(string word, ModelSource source) =>
        ApplyModelReader.Read("m", $$"""{"Intent":"A","ModelSource":"{{word}}"}""").ModelSource.Should().Be(source);

    [Theory]
    [InlineData("always", ApplyCondition.Always)]
    [InlineData("has_intent", ApplyCondition.HasIntent)]
    [InlineData("has_doc", ApplyCondition.HasDoc)]
    public void Every_condition_has_its_word(string word, ApplyCondition condition) =>
        ApplyModelReader.Read("m", $$"""{"Intent":"A","ApplyCondition":"{{word}}"}""").ApplyCondition.Should().Be(condition);

    [Fact]
    public void All_mistakes_are_told_at_once()
    {
        var problems = ProblemsOf("""
            {"ModelSource":"fastdata","FallBackBlenderPos":"top","FallBackBlenderPosition":2,"Locales":7,"ApplyCondition":"never","ApplyPriority":1.5,"UseLocalRandom":2,
             "ClassNumber":1,"NotShownThreshold":1,
             "RandomizeParams":{"RandomizeBundles":"x","FullRandomReqCount":-1,"RandomProbA":-1,"RandomProbB":"one","RandomProbFunc":"cube","MinRandomProb":1.5,
                                "FixedPosReqCount":10,"RandomSaltMinutes":0,"UniformShare":2,"LocalRadius":0}}
            """);

        problems.Select(p => $"{p}").Should().BeEquivalentTo(
            "ApplyModels[m].Intent is missing; expected a text.",
            "ApplyModels[m].ModelSource is \"fastdata\"; expected one of rtmr, fast_data, doc_attr.",
            "ApplyModels[m].FallBackBlenderPos is \"top\"; expected a whole number.",
            "ApplyModels[m].FallBackBlenderPosition is 2; expected a known setting (was 'FallBackBlenderPos' meant?).",
            "ApplyModels[m].Locales is 7; expected a list of texts.",
            "ApplyModels[m].ApplyCondition is \"never\"; expected one of has_doc, has_intent, always.",
            "ApplyModels[m].ApplyPriority is 1.5; expected a whole number.",
            "ApplyModels[m].UseLocalRandom is 2; expected 0, 1, true or false.",
            "ApplyModels[m].ClassNumber is 1; expected a whole number from 2 to 65536.",
            "ApplyModels[m].NotShownThreshold is 1; expected a number above 0 and below 1.",
            "ApplyModels[m].RandomizeParams.RandomizeBundle is missing; expected a text.",
            "ApplyModels[m].RandomizeParams.RandomizeBundles is \"x\"; expected a known setting (was 'RandomizeBundle' meant?).",
            "ApplyModels[m].RandomizeParams.FullRandomReqCount is -1; expected a whole number of at least 0.",
            "ApplyModels[m].RandomizeParams.RandomProbA is -1; expected a number of at least 0.",
            "ApplyModels[m].RandomizeParams.RandomProbB is \"one\"; expected a number.",
            "ApplyModels[m].RandomizeParams.RandomProbFunc is \"cube\"; expected one of sqrt, log, id, log1p.",
            "ApplyModels[m].RandomizeParams.MinRandomProb is 1.5; expected a number from 0 to 1.",
            "ApplyModels[m].RandomizeParams.FixedPos is missing; expected a position, as FixedPosReqCount is above 0.",
            "ApplyModels[m].RandomizeParams.RandomSaltMinutes is 0; expected a whole number from 1 to 525600.",
            "ApplyModels[m].RandomizeParams.UniformShare is 2; expected a number from 0 to 1.",
            "ApplyModels[m].RandomizeParams.LocalRadius is 0; expected a whole number of at least 1.");
    }

    [Fact]
    public void A_function_is_needed_where_it_counts() =>
        ProblemsOf("""{"Intent":"A","RandomizeParams":{"RandomizeBundle":"positional_random","RandomProbA":1}}""").Should().ContainSingle()
            .Which.ToString().Should().Be("ApplyModels[m].RandomizeParams.RandomProbFunc is missing; expected one of sqrt, log, id, log1p, as RandomProbA is above 0.");

    [Theory]
    [InlineData(-1, "a position, from 0")]
    [InlineData(10, "a position from 0 to 9, as of 11 classes the last means \"not shown\"")]
    [InlineData(11, "a position from 0 to 9, as of 11 classes the last means \"not shown\"")]
    public void A_position_is_one_of_the_page(int position, string expected) =>
        ProblemsOf($$$"""{"Intent":"A","ClassNumber":11,"FallBackBlenderPos":{{{position}}},"RandomizeParams":{"RandomizeBundle":"positional_random","FixedPos":{{{position}}}}}""")
            .Should().Equal(new SettingProblem("ApplyModels", "m", "FallBackBlenderPos", $"{position}", expected), new SettingProblem("ApplyModels", "m", "RandomizeParams.FixedPos", $"{position}", expected));

    [Theory]
    [InlineData("""{"Intent":""}""", "ApplyModels[m].Intent is \"\"; expected the name of a vertical.")]
    [InlineData("""{"Intent":"A","RandomizeParams":1}""", "ApplyModels[m].RandomizeParams is 1; expected an object.")]
    [InlineData("""{"Intent":"A","RandomizeParams":{"RandomizeBundle":"random"}}""", "ApplyModels[m].RandomizeParams.RandomizeBundle is \"random\"; expected one of positional_random, positional_local_random, positional_local_random_hard.")]
    [InlineData("""{"Intent":"A","Intent":"B"}""", "ApplyModels[m].Intent is \"B\"; expected each key once.")]
    [InlineData("[]", "ApplyModels[m].entry is []; expected a JSON object.")]
    [InlineData("{", "ApplyModels[m].entry is no JSON (*); expected a JSON object.")]
    public void A_mistake_names_the_key_the_value_and_what_would_do(string json, string message) =>
        ProblemsOf(json).Should().ContainSingle().Which.ToString().Should().Match(message);

    [Fact]
    public void A_name_is_a_model_name() =>
        FluentActions.Invoking(() => ApplyModelReader.Read("a b", """{"Intent":"A"}""")).Should().Throw<InvalidApplyModelsException>().WithMessage("ApplyModels[a b].name is \"a b\"; expected a model name.*");

    private static IReadOnlyList<SettingProblem> ProblemsOf(string json) =>
        FluentActions.Invoking(() => ApplyModelReader.Read("m", json)).Should().Throw<InvalidApplyModelsException>().Which.Problems;
}
