using System.Text.Json;
using Delivery.TestKit;

namespace Delivery.Cli.Tests;

public sealed class CommandLineTests
{
    [Fact]
    public async Task The_help_lists_every_verb_and_the_help_of_a_verb_has_examples()
    {
        using var folder = new TemporaryFolder();

        var all = await DeliveryProcess.RunAsync(folder.Path, "--help");
        var one = await DeliveryProcess.RunAsync(folder.Path, "update", "--help");

        (all.ExitCode, one.ExitCode).Should().Be((0, 0));
        all.Output.Should().ContainAll("update", "serve", "status", "history", "show", "release", "rollback", "pin", "unpin", "freeze", "thaw", "retire", "unretire", "follow", "store");
        one.Output.Should().ContainAll("--dry-run", "Exit codes:", "Examples:");
    }

    [Fact]
    public async Task The_version_is_that_of_the_program()
    {
        using var folder = new TemporaryFolder();

        var result = await DeliveryProcess.RunAsync(folder.Path, "--version");

        result.Should().Be(new DeliveryProcess.Result(0, typeof(CommandLine).Assembly.GetName().Version!.ToString(3) + Environment.NewLine, ""));
    }

    [Theory]
    [InlineData("statsu", "status")]
    [InlineData("status --jsno", "--json")]
    [InlineData("history -n many", "many")]
    [InlineData("show no-such-name", "no-such-name")]
    [InlineData("follow --seconds -1", "--seconds")]
    public async Task A_wrong_command_line_exits_with_2_and_says_what_is_wrong(string arguments, string named)
    {
        using var folder = new TemporaryFolder();

        var result = await DeliveryProcess.RunAsync(folder.Path, arguments.Split(' '));

        result.ExitCode.Should().Be(2);
        result.Output.Should().BeEmpty();
        result.Errors.Should().Contain(named).And.NotContain("   at ");
    }

    [Theory]
    [InlineData("stats --config X", "Unknown verb 'stats'. Did you mean 'status'?", "delivery")]
    [InlineData("store lst", "Unknown verb 'store lst'. Did you mean 'store list'?", "delivery store")]
    [InlineData("status extra", "'extra' is one argument too many.", "delivery status")]
    [InlineData("status --confg X", "Unknown flag '--confg'. Did you mean '--config'?", "delivery status")]
    [InlineData("store get news_touch --verbos", "Unknown flag '--verbos'. Did you mean '--verbose'?", "delivery store get")]
    [InlineData("follow --seconds abc", "--seconds is 'abc'; expected a number.", "delivery follow")]
    [InlineData("follow --until-epoch 1.5", "--until-epoch is '1.5'; expected a whole number.", "delivery follow")]
    [InlineData("history -n abc", "-n is 'abc'; expected a whole number.", "delivery history")]
    public async Task One_slip_on_the_command_line_is_told_once_and_in_words(string arguments, string message, string help)
    {
        using var folder = new TemporaryFolder();

        var result = await DeliveryProcess.RunAsync(folder.Path, arguments.Split(' '));

        result.Should().Be(new DeliveryProcess.Result(2, "", $"delivery: {message}\nSee: {help} --help\n".ReplaceLineEndings()));
    }

    [Fact]
    public async Task Without_a_verb_all_verbs_are_named()
    {
        using var folder = new TemporaryFolder();

        var result = await DeliveryProcess.RunAsync(folder.Path);

        (result.ExitCode, result.Output).Should().Be((2, ""));
        result.Errors.Should().StartWith("delivery: A verb is missing; expected one of: demo, update, ");
    }

    [Fact]
    public async Task A_wrong_configuration_exits_with_2_and_tells_all_mistakes()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["delivery.json"], "{\n  \"update\": { \"perido\": \"5m\", \"pull\": { \"retries\": 99 } }\n}\n");

        var result = await DeliveryProcess.RunAsync(folder.Path, "serve");

        result.ExitCode.Should().Be(2);
        result.Errors.Should().Be(
            """
            delivery: The configuration has 2 mistakes:
              delivery.json:2:15: unknown key 'update.perido'; did you mean 'update.period'?
              delivery.json:2:52: update.pull.retries is 99; it needs 0 to 20.

            """);
    }

    [Theory]
    [InlineData("status", "fast-data")]
    [InlineData("history", "fast-data")]
    [InlineData("show news_touch", "fast-data")]
    [InlineData("release news_touch", "fast-data")]
    [InlineData("rollback news_touch --steps 1 --reason x", "fast-data")]
    [InlineData("freeze --reason x", "fast-data")]
    [InlineData("update", "training.db")]
    [InlineData("serve", "training.db")]
    [InlineData("store list", "training.db")]
    public async Task A_folder_or_store_that_is_not_there_is_named_and_not_made(string arguments, string missing)
    {
        using var folder = new TemporaryFolder();

        var result = await DeliveryProcess.RunAsync(folder.Path, arguments.Split(' '));

        result.ExitCode.Should().Be(1);
        result.Errors.Should().StartWith("delivery: ").And.Contain(folder[missing]).And.NotContain("   at ");
        Directory.EnumerateFileSystemEntries(folder.Path).Should().BeEmpty();
    }

    [Fact]
    public async Task A_stack_trace_is_shown_only_when_asked_for()
    {
        using var folder = new TemporaryFolder();

        var result = await DeliveryProcess.RunAsync(folder.Path, "status", "--verbose");

        result.ExitCode.Should().Be(1);
        result.Errors.Should().Contain("   at Delivery.Cli.Verbs.");
    }

    [Fact]
    public async Task Json_goes_to_standard_output_alone()
    {
        using var scene = await Scene.CreateAsync();

        var result = await scene.RunAsync("update", "--dry-run", "--json");

        result.Errors.Should().BeEmpty();
        JsonDocument.Parse(result.Output).RootElement.GetProperty("result").GetString().Should().Be("DryRun");
    }
}
