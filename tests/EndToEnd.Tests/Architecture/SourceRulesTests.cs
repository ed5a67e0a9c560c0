using System.Text.RegularExpressions;

namespace Delivery.EndToEnd.Tests.Architecture;

/// <summary>Rules of the house that no analyzer knows.</summary>
public sealed partial class SourceRulesTests
{
    private static readonly string[] Everywhere = ["src", "tests", "bench"];

    [Fact]
    public void No_source_file_is_longer_than_400_lines() =>
        All().Where(path => File.ReadLines(path).Count() > 400).Select(Sources.Relative).Should().BeEmpty();

    [Fact]
    public void Unsafe_code_lives_in_one_folder() =>
        All().Where(path => UnsafeKeyword().IsMatch(File.ReadAllText(path))).Select(Sources.Relative)
            .Should().OnlyContain(path => path.StartsWith("src/FastData/Mapping/", StringComparison.Ordinal));

    [Fact]
    public void Folders_are_named_after_ideas() =>
        All().SelectMany(path => Sources.Relative(path).Split('/')[..^1]).Should().NotIntersectWith(["Helpers", "Utils", "Interfaces", "Common", "Misc"]);

    [Fact]
    public void A_suppressed_warning_gives_its_reason_on_its_line() =>
        All().SelectMany(path => File.ReadLines(path).Select(line => $"{Sources.Relative(path)}: {line.Trim()}"))
            .Where(line => line.Contains("#pragma warning disable", StringComparison.Ordinal) && !line.Contains("SourceRulesTests", StringComparison.Ordinal))
            .Should().OnlyContain(line => line.Contains("//", StringComparison.Ordinal));

    [Fact]
    public void A_switched_off_analyzer_rule_gives_its_reason_on_its_line()
    {
        File.ReadLines(Path.Combine(Sources.Root, ".editorconfig"))
            .Where(line => line.Contains("severity = none", StringComparison.Ordinal))
            .Should().OnlyContain(line => line.Contains('#'));
    }

    [Fact]
    public void Nothing_is_left_unfinished() =>
        All().Where(path => !path.EndsWith("SourceRulesTests.cs", StringComparison.Ordinal))
            .SelectMany(path => File.ReadLines(path).Select(line => $"{Sources.Relative(path)}: {line.Trim()}"))
            .Should().NotContain(line => Unfinished().IsMatch(line));

    private static IEnumerable<string> All() => Everywhere.SelectMany(Sources.CSharp);

    [GeneratedRegex(@"(^|\s)unsafe\s+(class|struct|static|readonly|ref|delegate|void|byte|\{)|^\s*unsafe\s*$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex UnsafeKeyword();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|NotImplementedException)\b|#region", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Unfinished();
}
