using System.Text.Json;
using Delivery.Models.Settings;
using Delivery.Training.Settings;

namespace Delivery.Training.Tests.Settings;

public sealed class TrainModelReaderTests
{
    private const string Users = """
        {"Intent":"NEWS_WIZARD","FeatureSources":["dssm_query_bigram","dssm_serp_bigram","constant"],"FeatureCount":601,
         "ClassNumber":11,"BatchSize":30,"LearningRate":0.1,"EvaluateWindowSize":300}
        """;

    [Fact]
    public void The_users_settings_load_as_they_are()
    {
        var model = TrainModelReader.Read("news_online", Users);
        model.Sources.Should().Equal(new FeatureSize("dssm_query_bigram", 300), new("dssm_serp_bigram", 300), new("constant", 1));
        (model.FeatureCount, model.ClassNumber, model.BatchSize, model.LearningRate, model.EvaluateWindowSize).Should().Be((601, 11, 30, 0.1, 300));
        (model.Intent, model.ModelType, model.Objective, model.HoldoutShare).Should().Be(("NEWS_WIZARD", "linear_softmax", TrainingObjective.PolicyGradient, 0.1));
        (model.RegValue, model.WeightClip, model.ClickBoost, model.SurplusVersion, model.UseLocalRandom, model.ModelVersion).Should().Be((0, null, 0, 1, false, 0));
        model.RememberedRequests.Should().Be(65_536);
        model.Warnings().Should().BeEmpty();
    }

    [Fact]
    public void Every_setting_can_be_given()
    {
        var model = With("""
            "Locales":["ru","tr"],"UserInterfaces":["desktop"],"ModelType":"linear_softmax","ClickBoost":true,"SurplusVersion":2,"UseLocalRandom":1,
            "RegValue":0.01,"ModelVersion":7,"Objective":"ips_ce","HoldoutShare":0.2,"WeightClip":20,"BaselineDecay":0,"RememberedRequests":1000,"AllowNoConstant":false
            """);
        model.Locales.Should().Equal("ru", "tr");
        model.UserInterfaces.Should().Equal("desktop");
        (model.ClickBoost, model.SurplusVersion, model.UseLocalRandom, model.RegValue, model.ModelVersion).Should().Be((1, 2, true, 0.01, 7));
        (model.Objective, model.HoldoutShare, model.WeightClip, model.BaselineDecay, model.RememberedRequests).Should().Be((TrainingObjective.IpsCrossEntropy, 0.2, 20, 0, 1000));
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("1", true)]
    [InlineData("false", false)]
    [InlineData("0", false)]
    public void A_flag_may_be_a_number(string written, bool expected) => With($"\"UseLocalRandom\":{written}").UseLocalRandom.Should().Be(expected);

    [Theory]
    [InlineData("EvaluationWindowSize")]
    [InlineData("estimate_window_size")]
    public void The_window_has_other_names(string alias) =>
        TrainModelReader.Read("m", Users.Replace("EvaluateWindowSize", alias, StringComparison.Ordinal)).EvaluateWindowSize.Should().Be(300);

    [Fact]
    public void A_number_may_end_in_its_point() => TrainModelReader.Read("m", Replace("LearningRate", "1.")).LearningRate.Should().Be(1);

    [Fact]
    public void Two_names_of_one_setting_are_a_mistake() =>
        ProblemsOf("\"EvaluationWindowSize\":300").Should().ContainSingle().Which.ToString().Should().Be(
            "TrainModels[m].EvaluationWindowSize is 300; expected it or EvaluateWindowSize, which is the same setting, but not both.");

    [Fact]
    public void All_mistakes_are_reported_at_once()
    {
        const string json = """
            {"FeatureSources":["query","constant"],"FeatureCount":"many","ClassNumber":1,"BatchSize":0,"LearningRate":-1,"EvaluateWindowSize":300,
             "LearningRat":0.1,"UseLocalRandom":2,"Objective":"magic","HoldoutShare":1.5,"WeightClip":0.5,"RegValue":-1,"ModelVersion":1.5,"SurplusVersion":0}
            """;
        var read = () => TrainModelReader.Read("m", json);
        var problems = read.Should().Throw<InvalidTrainModelException>().Which.Problems;
        problems.Select(p => p.Key).Should().BeEquivalentTo(
            "Intent", "FeatureCount", "ClassNumber", "BatchSize", "LearningRate", "LearningRat", "UseLocalRandom", "Objective", "HoldoutShare", "WeightClip", "RegValue", "ModelVersion", "SurplusVersion");
        problems.Select(p => p.ToString()).Should().Contain([
            "TrainModels[m].Intent is missing; expected a text.",
            "TrainModels[m].FeatureCount is \"many\"; expected a whole number.",
            "TrainModels[m].BatchSize is 0; expected a whole number of at least 1.",
            "TrainModels[m].UseLocalRandom is 2; expected 0, 1, true or false.",
            "TrainModels[m].LearningRat is 0.1; expected a known setting (was 'LearningRate' meant?).",
            "TrainModels[m].Objective is \"magic\"; expected one of policy_gradient, ips_ce.",
        ]);
    }

    [Theory]
    [InlineData("batchsize", "BatchSize")]
    [InlineData("Batch_Size", "BatchSize")]
    [InlineData("FeatureSource", "FeatureSources")]
    [InlineData("EvaluteWindowSize", "EvaluateWindowSize")]
    public void An_unknown_key_is_met_with_the_nearest_known_one(string given, string meant) =>
        ProblemsOf($"\"{given}\":1").Should().ContainSingle().Which.Expected.Should().Be($"a known setting (was '{meant}' meant?)");

    [Fact]
    public void A_key_that_resembles_none_is_unknown_without_a_guess() => ProblemsOf("\"Zebra\":1").Should().ContainSingle().Which.Expected.Should().Be("a known setting");

    [Theory]
    [InlineData("linear_winloss_bin")]
    [InlineData("linear_winloss_mc")]
    [InlineData("linear_upper_bin")]
    [InlineData("linear_upper_mc")]
    public void A_known_kind_that_is_not_trained_says_so(string type) =>
        ProblemsOf($"\"ModelType\":\"{type}\"").Should().ContainSingle().Which.ToString().Should().Contain("not trained by this version").And.Contain("linear_winloss");

    [Fact]
    public void An_unknown_kind_is_met_with_the_known_ones() =>
        ProblemsOf("\"ModelType\":\"deep\"").Should().ContainSingle().Which.Expected.Should().Be("one of linear_softmax, linear_winloss_bin, linear_winloss_mc");

    [Fact]
    public void Twelve_sources_share_3301_features()
    {
        var names = string.Join(',', Enumerable.Range(0, 11).Select(i => $"\"s{i}\"").Append("\"constant\""));
        var model = TrainModelReader.Read("m", Replace("FeatureSources", $"[{names}]", "FeatureCount", "3301"));
        model.Sources.Should().HaveCount(12);
        model.Sources.Take(11).Should().OnlyContain(s => s.Count == 300);
    }

    [Fact]
    public void One_source_takes_what_the_constant_leaves() =>
        TrainModelReader.Read("m", Replace("FeatureSources", """["query","constant"]""", "FeatureCount", "18")).Sources.Should().Equal(new FeatureSize("query", 17), new("constant", 1));

    [Fact]
    public void Sizes_that_do_not_follow_from_the_total_are_asked_for() =>
        ProblemsOf(Replace("FeatureCount", "602"), whole: true).Should().ContainSingle().Which.ToString().Should().Be(
            "TrainModels[m].FeatureCount is 602; expected 1 for 'constant' plus a multiple of the 2 other sources, or FeatureSizes with the size of each.");

    [Fact]
    public void Sizes_can_be_given()
    {
        var model = TrainModelReader.Read("m", Replace("FeatureCount", "111", "FeatureSizes", """{"dssm_query_bigram":100,"dssm_serp_bigram":10}"""));
        model.Sources.Select(s => s.Count).Should().Equal(100, 10, 1);
    }

    [Theory]
    [InlineData("""{"dssm_query_bigram":600}""", "FeatureSizes")]
    [InlineData("""{"dssm_query_bigram":300,"dssm_serp_bigram":300,"other":1}""", "FeatureSizes")]
    [InlineData("""{"dssm_query_bigram":300,"dssm_serp_bigram":200}""", "FeatureCount")]
    [InlineData("""{"dssm_query_bigram":300,"dssm_serp_bigram":"x"}""", "FeatureSizes")]
    [InlineData("""{"dssm_query_bigram":601,"dssm_serp_bigram":-1}""", "FeatureSizes")]
    [InlineData("""{"dssm_query_bigram":2147483647,"dssm_serp_bigram":2147483647}""", "FeatureCount")]
    [InlineData("7", "FeatureSizes")]
    public void Sizes_that_do_not_fit_are_mistakes(string sizes, string key) => ProblemsOf($"\"FeatureSizes\":{sizes}").Select(p => p.Key).Should().Contain(key);

    [Fact]
    public void A_missing_constant_needs_leave()
    {
        var json = Replace("FeatureSources", """["a","b"]""", "FeatureCount", "600");
        ProblemsOf(json, whole: true).Should().ContainSingle().Which.ToString().Should().Contain("'constant'").And.Contain("AllowNoConstant");
        var allowed = TrainModelReader.Read("m", json.Replace("{", """{"AllowNoConstant":1,""", StringComparison.Ordinal));
        allowed.Sources.Select(s => s.Count).Should().Equal(300, 300);
        allowed.Warnings().Should().ContainSingle().Which.Should().Contain("no bias");
    }

    [Theory]
    [InlineData("""["a","a","constant"]""")]
    [InlineData("""["a b","constant"]""")]
    [InlineData("[]")]
    [InlineData("""[1]""")]
    public void Sources_must_be_names_and_each_once(string sources) => ProblemsOf(Replace("FeatureSources", sources), whole: true).Select(p => p.Key).Should().Contain("FeatureSources");

    [Fact]
    public void An_empty_intent_is_a_mistake() => ProblemsOf(Replace("Intent", "\"\""), whole: true).Should().ContainSingle().Which.Key.Should().Be("Intent");

    [Fact]
    public void A_state_over_16_MiB_is_refused_with_its_arithmetic_and_the_largest_batch_that_fits()
    {
        var problem = ProblemsOf(Replace("BatchSize", "8000"), whole: true).Should().ContainSingle().Subject;
        problem.ToString().Should().Contain("weights 52888, batch 19232000").And.Contain("16777216 are allowed").And.Contain("at most 6");
        var largest = problem.Expected.Split(' ')[2];
        TrainModelReader.Read("m", Replace("BatchSize", largest)).BatchSize.Should().BeGreaterThan(6_000);
        ProblemsOf(Replace("BatchSize", $"{int.Parse(largest) + 1}"), whole: true).Should().ContainSingle();
    }

    [Fact]
    public void A_learning_rate_outside_the_usual_range_is_warned_of() =>
        TrainModelReader.Read("m", Replace("LearningRate", "0.5")).Warnings().Should().ContainSingle().Which.Should().Contain("LearningRate is 0.5");

    [Fact]
    public void What_is_no_object_or_no_JSON_or_has_a_key_twice_is_refused()
    {
        ((Action)(() => TrainModelReader.Read("m", "[]"))).Should().Throw<InvalidTrainModelException>();
        ((Action)(() => TrainModelReader.Read("m", "{"))).Should().Throw<InvalidTrainModelException>();
        ProblemsOf("\"BatchSize\":31").Should().ContainSingle().Which.Expected.Should().Be("each key once");
    }

    [Fact]
    public void Several_models_are_read_and_their_mistakes_reported_together()
    {
        Parse("{\"a\":" + Users + ",\"b\":" + Users + "}").Select(m => m.Name.Value).Should().Equal("a", "b");
        var read = () => Parse("{\"a\":" + Users + ",\"A\":" + Users + ",\"b c\":" + Users + ",\"d\":{}}");
        var message = read.Should().Throw<InvalidTrainModelException>().Which.Message;
        message.Should().Contain("a name other than 'a'").And.Contain("b c").And.Contain("TrainModels[d].Intent is missing");
    }

    private static IReadOnlyList<TrainModel> Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return TrainModelReader.ReadAll(document.RootElement);
    }

    private static TrainModel With(string more) => TrainModelReader.Read("m", Users.TrimEnd()[..^1] + "," + more + "}");

    private static IReadOnlyList<SettingProblem> ProblemsOf(string more, bool whole = false)
    {
        var read = () => whole ? TrainModelReader.Read("m", more) : With(more);
        return read.Should().Throw<InvalidTrainModelException>().Which.Problems;
    }

    private static string Replace(params string[] keysAndValues)
    {
        using var document = JsonDocument.Parse(Users);
        var fields = document.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetRawText());
        for (var i = 0; i < keysAndValues.Length; i += 2) fields[keysAndValues[i]] = keysAndValues[i + 1];
        return "{" + string.Join(",", fields.Select(f => $"\"{f.Key}\":{f.Value}")) + "}";
    }
}
