using System.Text;
using System.Text.Json;
using Delivery.FastData.Acknowledging;
using Delivery.TestKit;

namespace Delivery.FastData.Tests.Acknowledging;

public sealed class AcknowledgementTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly Acknowledgement One = new()
    {
        Format = 1,
        Host = "search-1",
        Process = ProcessIdentity.Current,
        ProcessStarted = Now.AddHours(-1),
        Runtime = 1,
        Folder = "/fast-data",
        WrittenAt = Now,
        HeartbeatSeconds = 60,
        Epoch = 7,
        Commit = new string('c', 40),
        AppliedAt = Now.AddMinutes(-5),
        ModelCount = 1,
        Models = [new AcknowledgedModel("b", "9b74", AppliedResult.KeptOlder, "it is gone"), new AcknowledgedModel("a", "03ac", AppliedResult.Applied, null)],
        History = [new AcknowledgedEpoch(7, new string('c', 40), Now.AddMinutes(-5), 1)],
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_reads_back_as_it_was_written_in_the_fields_of_its_page()
    {
        var bytes = One.ToBytes();

        Acknowledgement.Parse(bytes, "a.json").Should().BeEquivalentTo(One);
        using var json = JsonDocument.Parse(bytes);
        json.RootElement.EnumerateObject().Select(property => property.Name).Should().Equal(
            "format", "host", "process", "process_started", "runtime", "folder", "written_at", "heartbeat_seconds",
            "epoch", "commit", "applied_at", "model_count", "models", "problem", "history");
        json.RootElement.GetProperty("models")[0].GetProperty("result").GetString().Should().Be("KeptOlder");
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"format\":1,\"host\":null}")]
    public void What_is_none_is_refused_with_its_path(string text)
    {
        var act = () => Acknowledgement.Parse(Encoding.UTF8.GetBytes(text), "a.json");

        act.Should().Throw<FastDataException>().WithMessage("a.json: no acknowledgement: *");
    }

    [Fact]
    public void What_would_upset_a_reader_of_many_is_refused()
    {
        foreach (var hostile in new[] { One with { Models = [null!] }, One with { History = [null!] }, One with { Host = new string('x', 256) } })
        {
            FluentActions.Invoking(() => Acknowledgement.Parse(hostile.ToBytes(), "a.json")).Should().Throw<FastDataException>().WithMessage("a.json: no acknowledgement: *");
        }
        Acknowledgement.Parse((One with { Host = new string('x', 255) }).ToBytes(), "a.json").Host.Should().HaveLength(255);
    }

    [Fact]
    public void A_newer_format_is_told()
    {
        var act = () => Acknowledgement.Parse((One with { Format = 2 }).ToBytes(), "a.json");

        act.Should().Throw<FastDataException>().WithMessage("a.json: it has format 2; this version reads 1.");
    }

    [Fact]
    public void A_directory_is_read_by_name_and_what_cannot_be_read_is_told()
    {
        File.WriteAllBytes(_folder["b.json"], One.ToBytes());
        File.WriteAllText(_folder["a.json"], "{");
        File.WriteAllText(_folder[".tmp-c.json"], "half");
        File.WriteAllText(_folder["notes.txt"], "none");

        var read = AcknowledgementFolder.Read(_folder.Path);

        read.Select(file => Path.GetFileName(file.Path)).Should().Equal("a.json", "b.json");
        read[0].Problem.Should().StartWith(_folder["a.json"] + ": no acknowledgement: ");
        read[1].Content.Should().BeEquivalentTo(One);
        AcknowledgementFolder.Read(_folder["absent"]).Should().BeEmpty();
    }

    [Fact]
    public void A_process_is_alive_by_number_and_start_and_elsewhere_by_its_signs_of_life()
    {
        var me = ProcessIdentity.Current;
        var seen = new AcknowledgementFile("f", One, null, Now);

        me.IsAlive().Should().BeTrue();
        (me with { Start = "1" }).IsAlive().Should().BeFalse("the number was given out again");
        (me with { Space = "elsewhere" }).IsAlive().Should().BeNull();
        seen.IsGone(Now.AddDays(1)).Should().BeFalse("it runs, however silent");
        (seen with { Content = One with { Process = me with { Start = "1" } } }).IsGone(Now).Should().BeTrue();
        var far = seen with { Content = One with { Process = me with { Space = "elsewhere" } } };
        (far.IsGone(Now.AddMinutes(3)), far.IsGone(Now.AddMinutes(3.1))).Should().Be((false, true));
    }

    [Theory]
    [InlineData("search-1.example", "search-1_example-7-99-2.json")]
    [InlineData("../../etc/passwd", "______etc_passwd-7-99-2.json")]
    [InlineData("хост", "____-7-99-2.json")]
    public void A_file_name_is_safe_whatever_the_host_is_called(string host, string name) =>
        AcknowledgementFolder.FileName(host, new ProcessIdentity(7, "99", ""), runtime: 2).Should().Be(name);

    [Fact]
    public void A_directory_inside_the_folder_is_refused_by_whatever_name()
    {
        Directory.CreateDirectory(_folder["fast-data/inside"]);

        AcknowledgementFolder.Problem(_folder["fast-data"], _folder["fast-data"]).Should().Contain("must not stand in the fast-data folder");
        AcknowledgementFolder.Problem(_folder["fast-data/../fast-data/new"], _folder["fast-data"]).Should().NotBeNull();
        AcknowledgementFolder.Problem(" ", _folder["fast-data"]).Should().StartWith("empty");
        AcknowledgementFolder.Problem(_folder["fast-data-applied"], _folder["fast-data"]).Should().BeNull();
        if (OperatingSystem.IsWindows()) return; // links need rights there
        Directory.CreateSymbolicLink(_folder["link"], _folder["fast-data"]);
        AcknowledgementFolder.Problem(_folder["link/inside"], _folder["fast-data"]).Should().NotBeNull();
        AcknowledgementFolder.Problem(_folder["link/new"], _folder["fast-data"]).Should().NotBeNull();
    }
}
