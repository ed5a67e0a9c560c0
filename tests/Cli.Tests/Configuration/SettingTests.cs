using Delivery.Cli.Configuration;

namespace Delivery.Cli.Tests.Configuration;

public sealed class SettingTests
{
    public static TheoryData<string> Keys => [.. Setting.All.Select(setting => setting.Key)];

    [Theory]
    [MemberData(nameof(Keys))]
    public void Every_setting_sets_something_of_its_own(string key)
    {
        var setting = Setting.All.Single(s => s.Key == key);
        var value = new[] { "0.25", "17", "17 MiB", "17m", "bf16", "/seventeen" }
            .Select(text => setting.Type.TryRead(new RawValue(key, RawKind.Text, text, "test", "/")))
            .First(read => read is not null)!;

        var changed = setting.Apply(new DeliverySettings(), value);

        changed.Should().NotBe(new DeliverySettings());
        foreach (var other in Setting.All.Where(s => s != setting && s.Type == setting.Type))
        {
            other.Apply(new DeliverySettings(), value).Should().NotBe(changed, $"{key} and {other.Key} are two settings");
        }
    }

    [Theory]
    [InlineData("update.pull.circuitBreak", "1ms")]
    [InlineData("update.pull.circuitWindow", "1ms")]
    [InlineData("update.pull.circuitMinimumAttempts", "1")]
    [InlineData("update.pull.circuitFailureRatio", "2")]
    [InlineData("update.pull.maxRetryDelay", "1ms")]
    [InlineData("update.pull.retryDelay", "0s")]
    [InlineData("update.pull.retries", "-1")]
    [InlineData("update.pull.attemptTimeout", "1d")]
    [InlineData("update.pull.concurrency", "0")]
    [InlineData("update.period", "8d")]
    [InlineData("update.lockTimeout", "-1s")]
    [InlineData("update.maxTotalBytes", "1")]
    [InlineData("update.validation.maxModelBytes", "1")]
    [InlineData("update.validation.maxAbsoluteWeight", "0")]
    [InlineData("update.validation.goldenFolder", "not-there")]
    [InlineData("update.validation.maxProbabilityShift", "0")]
    [InlineData("update.validation.minimumDriftItems", "0")]
    [InlineData("update.validation.maxMeanWeightRatio", "1")]
    [InlineData("update.validation.harm.tolerance", "-1")]
    [InlineData("update.validation.harm.alpha", "1")]
    [InlineData("update.validation.harm.minimumEffectiveSampleSize", "NaN")]
    [InlineData("update.publish.errorBound", "-0.1")]
    [InlineData("update.publish.rounding", "fp16")]
    [InlineData("keepGenerations", "-1d")]
    [InlineData("mirror.from", "ext::sh")]
    [InlineData("mirror.branch", "-x")]
    [InlineData("mirror.interval", "1ms")]
    [InlineData("mirror.fetchTimeout", "1ms")]
    [InlineData("mirror.stallTimeout", "1ms")]
    [InlineData("mirror.maxFetchBytes", "1")]
    [InlineData("mirror.reshallowEvery", "1s")]
    [InlineData("history.keepWeights", "-1d")]
    [InlineData("maintain.period", "1s")]
    [InlineData("store", "/")]
    [InlineData("signing.allowedSigners", "fast-data/allowed_signers")]
    [InlineData("acknowledgements", "fast-data/applied")]
    public void A_value_out_of_range_is_told_with_its_key_and_its_place(string key, string value)
    {
        var variable = Setting.All.Single(setting => setting.Key == key).Variable;
        var read = () => SettingsReader.Read(Path.GetTempPath(), null, new Dictionary<string, string>(StringComparer.Ordinal) { [variable] = value }, []);

        read.Should().Throw<ConfigurationException>().Which.Problems.Should().ContainSingle().Which.Should().StartWith($"{variable}: {key} is ");
    }

    [Fact]
    public void Every_setting_is_documented()
    {
        var page = File.ReadAllText(Document());

        foreach (var setting in Setting.All)
        {
            page.Should().Contain($"| `{setting.Key}` |", "docs/cli.md describes every key");
        }
        page.Should().Contain($"| `{ModelSetting.Section}` |");
    }

    private static string Document()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Delivery.sln"))) return Path.Combine(folder.FullName, "docs", "cli.md");
        }
        throw new DirectoryNotFoundException("No folder above the tests holds Delivery.sln.");
    }
}
