using Delivery.Cli.Configuration;
using Delivery.Models;
using Delivery.TestKit;
using Delivery.Updater.Publishing;

namespace Delivery.Cli.Tests.Configuration;

public sealed class SettingsReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal) { ["PATH"] = "/bin", ["DELIVERY_HOME"] = "/somewhere" };
    private readonly List<(string Key, string Value, string Flag)> _flags = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_a_file_the_defaults_stand_in_the_current_folder()
    {
        var settings = Read();

        settings.File.Should().BeNull();
        (settings.FastData, settings.Store).Should().Be((_folder["fast-data"], _folder["training.db"]));
        (settings.Updater.ModelListPath, settings.Updater.RecordsFolder).Should().Be((_folder["model_list.txt"], _folder["cycles"]));
        settings.Updater.Period.Should().Be(TimeSpan.FromMinutes(30));
    }

    [Fact]
    public void Comments_and_trailing_commas_are_allowed_and_paths_start_at_the_file()
    {
        Directory.CreateDirectory(_folder["work"]);
        File.WriteAllText(_folder["work/mine.json"], "\uFEFF{ // all of it\n \"fastData\": \"../data\", /* and */ \"update\": { \"period\": \"90s\", \"pull\": { \"retries\": 0, }, }, }");

        var settings = Read(Path.Combine("work", "mine.json"));

        settings.FastData.Should().Be(_folder["data"]);
        settings.Store.Should().Be(_folder["work/training.db"], "defaults stand beside the file too");
        settings.Updater.StoreName.Should().Be("training.db");
        (settings.Updater.Period, settings.Updater.Pull.Retries).Should().Be((TimeSpan.FromSeconds(90), 0));
    }

    [Fact]
    public void Flags_go_before_the_environment_and_that_before_the_file()
    {
        Write("""{ "fastData": "file", "store": "file", "modelList": "file" }""");
        (_environment["DELIVERY_STORE"], _environment["delivery_modellist"]) = ("environment", "environment");
        _flags.Add(("modelList", "flag", "--model-list"));

        var settings = Read();

        (settings.FastData, settings.Store, settings.Updater.ModelListPath).Should().Be((_folder["file"], _folder["environment"], _folder["flag"]));
    }

    [Fact]
    public void All_mistakes_are_told_at_once_with_place_key_value_and_what_was_expected()
    {
        Write("""
            {
              "fastData": 5, "update": {
                "perido": "5m",
                "pull": { "retries": 99, "concurrency": "8", "concurrency": 8 },
                "validation": { "harm": { "alpha": true }, "maxModelBytes": "1 XB", "golden": [ { } ] }
              },
              "lockTimeout": "1s", "frobnicate": null, "keepGenerations": "ten days", "store": null
            }
            """);
        _environment["DELIVERY_UPDATE__MAXTOTALBYTES"] = "12";
        _environment["DELIVERY_UPDATE__FOO"] = "1";
        _flags.Add(("modelList", " ", "--model-list"));

        Problems().Should().BeEquivalentTo(
            "delivery.json:2:15: fastData is 5; expected a path, as text.",
            "delivery.json:3:5: unknown key 'update.perido'; did you mean 'update.period'?",
            "delivery.json:4:26: update.pull.retries is 99; it needs 0 to 20.",
            "delivery.json:4:45: update.pull.concurrency is \"8\"; expected a whole number.",
            "delivery.json:4:50: update.pull.concurrency stands here a second time.",
            "delivery.json:5:40: update.validation.harm.alpha is true; expected a number.",
            "delivery.json:5:65: update.validation.maxModelBytes is \"1 XB\"; expected a whole number of bytes, or text such as \"64 MiB\".",
            "delivery.json:5:73: unknown key 'update.validation.golden'; did you mean 'update.validation.goldenFolder'?",
            "delivery.json:7:3: unknown key 'lockTimeout'; did you mean 'update.lockTimeout'?",
            "delivery.json:7:24: unknown key 'frobnicate'; docs/cli.md lists all keys.",
            "delivery.json:7:63: keepGenerations is \"ten days\"; expected a duration such as \"500ms\", \"10s\", \"30m\", \"24h\", \"7d\" or \"00:30:00\".",
            "delivery.json:7:84: store is null; expected a path, as text.",
            "DELIVERY_UPDATE__MAXTOTALBYTES: update.maxTotalBytes is 12; it needs 1024 or more.",
            "DELIVERY_UPDATE__FOO: unknown setting; docs/cli.md lists all.",
            "--model-list: modelList is ' '; expected a path, as text.");
    }

    [Fact]
    public void Single_models_have_settings_in_a_section_of_their_name()
    {
        Write("""
            { "update": { "publish": { "errorBound": 0.001, "models": {
              "news_touch": { "rounding": "bf16" },
              "models": { "errorBound": 0, "rounding": "none" },
              "empty": {},
            } } } }
            """);

        var publish = Read().Updater.Publish;

        publish.For(ModelName.Parse("maps")).Should().Be(new WeightPrecision(0.001, WeightRounding.None));
        publish.For(ModelName.Parse("empty")).Should().Be(new WeightPrecision(0.001, WeightRounding.None));
        publish.For(ModelName.Parse("news_touch")).Should().Be(new WeightPrecision(0.001, WeightRounding.Bf16));
        publish.For(ModelName.Parse("models")).IsExact.Should().BeTrue();
    }

    [Fact]
    public void Mistakes_in_the_settings_of_single_models_are_told_like_all_others()
    {
        Write("""
            { "update": { "publish": { "rounding": 16, "models": {
              "news_touch": { "errorBoud": 1, "errorBound": -1, "rounding": "fp8", "rounding": "none" },
              "maps": 0.5,
              "news touch": { "errorBound": 1 },
              "news_touch": { "frobnicate": 1 },
            } } } }
            """);
        _environment["DELIVERY_UPDATE__PUBLISH__MODELS__MAPS__ERRORBOUND"] = "1";

        Problems().Should().BeEquivalentTo(
            "delivery.json:1:40: update.publish.rounding is 16; expected \"none\" or \"bf16\".",
            "delivery.json:2:19: unknown key 'update.publish.models.news_touch.errorBoud'; did you mean 'update.publish.models.news_touch.errorBound'?",
            "delivery.json:2:49: update.publish.models.news_touch.errorBound is -1; it needs 0 or more.",
            "delivery.json:2:65: update.publish.models.news_touch.rounding is \"fp8\"; expected \"none\" or \"bf16\".",
            "delivery.json:2:72: update.publish.models.news_touch.rounding stands here a second time.",
            "delivery.json:3:11: update.publish.models.maps is 0.5; expected an object { ... }.",
            "delivery.json:4:3: unknown key 'update.publish.models.news touch': The model name 'news touch' has a character other than A-Z a-z 0-9 _.",
            "delivery.json:5:3: update.publish.models.news_touch stands here a second time.",
            "delivery.json:5:19: unknown key 'update.publish.models.news_touch.frobnicate'; docs/cli.md lists all keys.",
            "DELIVERY_UPDATE__PUBLISH__MODELS__MAPS__ERRORBOUND: unknown setting; docs/cli.md lists all.");
    }

    [Theory]
    [InlineData("{\n  \"store\": \"a\",,\n}", "delivery.json:2:16: this is no JSON: *")]
    [InlineData("", "delivery.json:1:1: the JSON ends too early.")]
    [InlineData("{\n  \"update\": {", "delivery.json:2:14: the JSON ends too early.")]
    [InlineData("{ \"upd", "delivery.json:1:*: the JSON ends too early.")]
    [InlineData("{ \"store\": \"a\" } {", "delivery.json:1:18: this is no JSON: *")]
    [InlineData("[ 1 ]", "delivery.json:1:1: the file holds a list; expected an object { ... }.")]
    [InlineData("{ \"store\": \"\\ud800\" }", "delivery.json:1:12: text that is not UTF-8, or half a surrogate pair.")]
    [InlineData("{ \"update\": { \"validation\": { \"maxAbsoluteWeight\": 1e999 } } }", "delivery.json:1:*maxAbsoluteWeight is 1e999; expected a number.")]
    [InlineData("{ \"update\": 5 }", "delivery.json:1:13: update is 5; expected an object { ... }.")]
    public void A_file_that_is_no_object_is_refused_with_its_place(string content, string expected)
    {
        Write(content);

        Problems().Should().ContainSingle().Which.Should().Match(expected);
    }

    [Fact]
    public void A_file_that_was_named_must_be_there()
    {
        var read = () => Read("other.json");

        read.Should().Throw<ConfigurationException>().WithMessage("The configuration has a mistake:\nother.json: there is no such file.");
    }

    [Fact]
    public void A_folder_in_place_of_the_file_is_told_as_one()
    {
        var read = () => Read(".");

        read.Should().Throw<ConfigurationException>().WithMessage("The configuration has a mistake:\n.: is a folder; a file was expected.");
    }

    [Theory]
    [InlineData("250ms", 0.25)]
    [InlineData("1.5s", 1.5)]
    [InlineData("30m", 1800)]
    [InlineData("2 h", 7200)]
    [InlineData("7d", 604800)]
    [InlineData("00:00:30", 30)]
    public void Durations_are_written_as_people_write_them(string text, double seconds)
    {
        Write($$"""{ "update": { "period": "{{text}}" } }""");

        Read().Updater.Period.TotalSeconds.Should().Be(seconds);
    }

    [Theory]
    [InlineData("\"64 MiB\"", 64L << 20)]
    [InlineData("\"1.5GiB\"", 3L << 29)]
    [InlineData("4096", 4096)]
    public void Sizes_are_bytes_or_have_a_unit(string json, long bytes)
    {
        Write($$"""{ "update": { "maxTotalBytes": {{json}} } }""");

        Read().Updater.MaxTotalBytes.Should().Be(bytes);
    }

    private void Write(string content) => File.WriteAllText(_folder["delivery.json"], content);

    private DeliverySettings Read(string? file = null) => SettingsReader.Read(_folder.Path, file, _environment, _flags);

    private IReadOnlyList<string> Problems() => ((Action)(() => Read())).Should().Throw<ConfigurationException>().Which.Problems;
}
