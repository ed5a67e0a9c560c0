using Delivery.ApplyRuntime.Settings;
using Delivery.Models;

namespace Delivery.ApplyRuntime.Tests.Settings;

public sealed class ApplyConfigurationTests
{
    private const string Both = $$$"""{"ApplyModels":{"news_online":{{{Examples.News}}} },"TrainModels":{"news_online":{{{Examples.NewsTraining}}} }}""";

    [Fact]
    public void One_file_has_what_is_trained_and_what_is_applied()
    {
        var configuration = ApplyConfiguration.Parse(Both);

        var model = configuration.Models.Should().ContainSingle().Subject;
        (model.Intent, model.ClassNumber, model.UseLocalRandom).Should().Be(("NEWS_WIZARD", 11, false), "the number of classes is the trainer's");
        configuration.Trained.Should().Equal(new TrainedModel(ModelName.Parse("news_online"), 11, false));
    }

    [Fact]
    public void The_same_can_be_written_in_lines_as_flags_are()
    {
        var lines = $"# production\r\n\r\n{SettingFlag.Prefix}ApplyModels/news_online={OneLine(Examples.News)}\r\n{SettingFlag.Prefix}TrainModels/news_online={OneLine(Examples.NewsTraining)}\n";

        var configuration = ApplyConfiguration.Parse(lines);

        configuration.Models.Should().BeEquivalentTo(ApplyConfiguration.Parse(Both).Models);
        configuration.Trained.Should().Equal(ApplyConfiguration.Parse(Both).Trained);
    }

    [Fact]
    public void Foreign_randomisation_is_the_trainers_choice_and_may_be_said_here_too()
    {
        Read("""{"Intent":"A"}""", """{"UseLocalRandom":1}""").UseLocalRandom.Should().BeTrue();
        Read("""{"Intent":"A","UseLocalRandom":0}""", """{"UseLocalRandom":1}""").UseLocalRandom.Should().BeFalse();
        Read("""{"Intent":"A","UseLocalRandom":true}""", "{}").UseLocalRandom.Should().BeTrue();

        static ApplyModel Read(string apply, string train) =>
            ApplyConfiguration.Parse($$$"""{"TrainModels":{"m":{{{train}}} },"ApplyModels":{"m":{{{apply}}} }}""").Models.Single();
    }

    [Theory]
    [InlineData("")]
    [InlineData("  \n # nothing \n")]
    [InlineData("{}")]
    [InlineData("""{"ApplyModels":{}}""")]
    public void Nothing_is_a_configuration_too(string text) => ApplyConfiguration.Parse(text).Models.Should().BeEmpty();

    [Fact]
    public void All_mistakes_of_all_entries_are_told_with_their_file()
    {
        var parse = () => ApplyConfiguration.Parse("""
            {"ApplyModels":{"a":{"Intent":"A","Locale":"ru"},"A":{"Intent":"A"},"b c":{"Intent":"A"},"c":{"Intent":"A","ClassNumber":4}},
             "TrainModels":{"c":{"ClassNumber":5},"d":{"ClassNumber":"x","UseLocalRandom":7},"e":1},"ApplyModel":{}}
            """, "/etc/apply.json");

        var messages = parse.Should().Throw<InvalidApplyModelsException>().Which.Messages;

        messages.Should().OnlyContain(message => message.StartsWith("/etc/apply.json: ", StringComparison.Ordinal));
        messages.Select(message => message["/etc/apply.json: ".Length..]).Should().BeEquivalentTo(
            "section is \"ApplyModel\"; expected ApplyModels or TrainModels (was 'ApplyModels' meant?).",
            "ApplyModels[A].name is \"A\"; expected a name other than 'a', letter case aside.",
            "TrainModels[d].ClassNumber is \"x\"; expected a whole number.",
            "TrainModels[d].UseLocalRandom is 7; expected 0, 1, true or false.",
            "TrainModels[e].entry is 1; expected a JSON object.",
            "ApplyModels[a].Locale is \"ru\"; expected a known setting (was 'Locales' meant?).",
            "ApplyModels[b c].name is \"b c\"; expected a model name. The model name 'b c' has a character other than A-Z a-z 0-9 _.",
            "ApplyModels[c].ClassNumber is 4; expected 5, as it is trained, or nothing.");
    }

    [Theory]
    [InlineData("{\n  \"ApplyModels\": {}\n  \"TrainModels\": {}\n}", "the text is no JSON at line 3 ('\"' is invalid*); expected one JSON object.")]
    [InlineData("""{"ApplyModels":[]}""", "ApplyModels: entry is []; expected an object with one entry a model.")]
    [InlineData("news_online={}", "ApplyModels: line 1 is news_online={}; expected scheme_Local/BlenderOnlineLearning/ApplyModels/<name>={...}, or one JSON object in the whole file.")]
    [InlineData("\nscheme_Local/BlenderOnlineLearning/ApplyModel/a={}", "ApplyModels: line 2 is *")]
    [InlineData("scheme_Local/BlenderOnlineLearning/ApplyModels/a={", "ApplyModels[[]a].entry is no JSON (*); expected a JSON object.")]
    public void What_is_no_configuration_is_told_with_its_place(string text, string message) =>
        FluentActions.Invoking(() => ApplyConfiguration.Parse(text)).Should().Throw<InvalidApplyModelsException>()
            .Which.Messages.Should().ContainSingle().Which.Should().Match(message.Replace("[[]", "[", StringComparison.Ordinal));

    [Fact]
    public void A_configuration_made_in_code_is_held_to_the_same_rules()
    {
        ApplyConfiguration.Of([Examples.Plain("b"), Examples.Plain("a")]).Models.Select(model => model.Name.Value).Should().Equal("a", "b");
        FluentActions.Invoking(() => ApplyConfiguration.Of([Examples.Plain("a"), Examples.Plain("A") with { FallBackBlenderPos = -1 }]))
            .Should().Throw<InvalidApplyModelsException>().Which.Problems.Select(p => p.Key).Should().Equal("FallBackBlenderPos", "name");
    }

    [Fact]
    public void Ten_thousand_models_are_read()
    {
        var entries = Enumerable.Range(0, 10_000).Select(i => $"\"m{i}\":{{\"Intent\":\"I{i % 3000}\"}}");

        var configuration = ApplyConfiguration.Parse("{\"ApplyModels\":{" + string.Join(',', entries) + "}}");

        configuration.Models.Should().HaveCount(10_000);
        configuration.For("I7").Entries.Should().HaveCount(4);
    }

    private static string OneLine(string json) => json.ReplaceLineEndings("");
}
