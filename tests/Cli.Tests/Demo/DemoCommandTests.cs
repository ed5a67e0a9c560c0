using System.Diagnostics;
using System.Text.Json;
using Delivery.Cli.Demo;
using Delivery.TestKit;

namespace Delivery.Cli.Tests.Demo;

/// <summary>The demo as a user starts it, with fewer tests and cycles.</summary>
public sealed class DemoCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_demo_delivers_is_followed_and_can_be_run_again_in_the_same_folder()
    {
        for (var run = 1; run <= 2; run++)
        {
            using var demo = Start("--work", _folder["work"], "--tests", "6", "--cycles", "3", "--json");
            var errors = demo.StandardError.ReadToEndAsync();
            var output = await demo.StandardOutput.ReadToEndAsync();
            await demo.WaitForExitAsync();

            demo.ExitCode.Should().Be(0, "run {0} said {1}{2}", run, output, await errors);
            using var json = JsonDocument.Parse(output);
            CheckSummary(json.RootElement);
            CheckFolder();
        }
    }

    [Fact]
    public async Task A_demo_that_is_told_to_stop_takes_the_other_process_with_it_and_leaves_a_whole_folder()
    {
        using var demo = Start("--work", _folder["work"], "--tests", "6", "--cycles", "100");
        var errors = demo.StandardError.ReadToEndAsync();
        while (await demo.StandardOutput.ReadLineAsync() is { } line && !line.StartsWith("    2 ", StringComparison.Ordinal)) { }
        var reader = Followers().Should().ContainSingle("it decides while the demo runs").Subject;

        using (var kill = Process.Start("/bin/sh", ["-c", $"kill -TERM {demo.Id}"])) await kill.WaitForExitAsync();
        var rest = demo.StandardOutput.ReadToEndAsync();
        await demo.WaitForExitAsync();

        demo.ExitCode.Should().Be(128 + 15);
        (await errors).Should().Contain("Stopped.");
        (await rest).Should().NotContain("FAILED");
        using var ended = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (Followers().Contains(reader)) await Task.Delay(20, ended.Token);
        GitProgram.FsckStrict(_folder["work/fast-data"]);
        File.ReadAllText(_folder["work/fast-data/CURRENT"]).Should().Contain(GitProgram.Run(_folder["work/fast-data"], "rev-parse", "main").Trim());
    }

    [Fact]
    public async Task A_folder_that_the_demo_did_not_make_is_refused_before_anything_is_started()
    {
        File.WriteAllText(_folder["mine.txt"], "precious");
        using var demo = Start("--work", _folder.Path);
        var errors = demo.StandardError.ReadToEndAsync();
        await demo.WaitForExitAsync();

        demo.ExitCode.Should().Be(1);
        (await errors).Should().StartWith($"delivery: '{_folder.Path}' is not empty and the demo did not make it");
        Directory.EnumerateFileSystemEntries(_folder.Path).Should().ContainSingle();
    }

    [Theory]
    [InlineData("--tests", "1", "--tests is 1; expected 2 to 1000.")]
    [InlineData("--cycles", "2", "--cycles is 2; expected 3 to 100.")]
    [InlineData("--work", " ", "--work is empty; expected a folder.")]
    public async Task An_option_that_cannot_be_used_is_a_mistake_of_the_caller(string option, string value, string message)
    {
        using var demo = Start(option, value);
        var errors = demo.StandardError.ReadToEndAsync();
        await demo.WaitForExitAsync();

        demo.ExitCode.Should().Be(2);
        (await errors).Should().Contain(message);
    }

    private static void CheckSummary(JsonElement summary)
    {
        summary.GetProperty("ok").GetBoolean().Should().BeTrue();
        summary.GetProperty("problems").GetArrayLength().Should().Be(0);
        summary.GetProperty("listed").GetInt32().Should().Be(13);
        var cycles = summary.GetProperty("cycles").EnumerateArray().ToList();
        cycles.Select(cycle => cycle.GetProperty("epoch").GetInt64()).Should().Equal(1, 2, 3);
        cycles.Should().OnlyContain(cycle => cycle.GetProperty("reader_milliseconds").GetDouble() >= 0);
        foreach (var cycle in cycles)
        {
            new[] { "delivered", "kept", "skipped", "rejected" }.Sum(outcome => cycle.GetProperty(outcome).GetInt32()).Should().Be(13);
        }
        var reader = summary.GetProperty("reader");
        reader.GetProperty("failed").GetInt64().Should().Be(0);
        reader.GetProperty("decisions").GetInt64().Should().BePositive();
        reader.GetProperty("epoch").GetInt64().Should().Be(3);
        summary.GetProperty("history").GetArrayLength().Should().Be(3);
        var value = summary.GetProperty("headlines");
        var (learned, logged) = (value.GetProperty("learned").GetProperty("value").GetDouble(), value.GetProperty("logged").GetProperty("value").GetDouble());
        value.GetProperty("difference").GetProperty("value").GetDouble().Should().BeApproximately(learned - logged, 1e-9);
        value.GetProperty("items").GetInt32().Should().BePositive();
    }

    private void CheckFolder()
    {
        Directory.EnumerateFileSystemEntries(_folder["work"]).Select(Path.GetFileName)
            .Should().Contain([".delivery-demo", "delivery.json", "model_list.txt", "training.db", "fast-data", "cycles"]);
        Directory.EnumerateFileSystemEntries(_folder.Path).Should().ContainSingle("nothing else is touched");
        GitProgram.FsckStrict(_folder["work/fast-data"]);
        GitProgram.Run(_folder["work/fast-data"], "rev-list", "--count", "main").Trim().Should().Be("3");
        Followers().Should().BeEmpty();
    }

    /// <summary>Processes that follow this test's folder.</summary>
    private List<string> Followers()
    {
        var found = new List<string>();
        foreach (var folder in Directory.GetDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out _)))
        {
            try
            {
                var line = File.ReadAllText(Path.Combine(folder, "cmdline"));
                if (line.Contains("\0follow\0", StringComparison.Ordinal) && line.Contains(_folder.Path, StringComparison.Ordinal)) found.Add(folder);
            }
            catch (IOException)
            {
                // it ended in between
            }
        }
        return found;
    }

    private static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "delivery.dll"), "demo", .. arguments]) start.ArgumentList.Add(argument);
        start.Environment[ShippedData.HomeVariable] = Path.GetDirectoryName(ShippedData.Locate());
        return Process.Start(start)!;
    }
}
