using Delivery.ApplyRuntime.Leasing;

namespace Delivery.ApplyRuntime.Tests.Leasing;

public sealed class ThreadCellsTests
{
    [Fact]
    public void A_thread_has_one_cell_in_each_runtime()
    {
        var (one, other) = (new ThreadCells(), new ThreadCells());
        var (first, second) = (one.Mine, other.Mine);

        second.Should().NotBeSameAs(first);
        one.Mine.Should().BeSameAs(first, "however often runtimes take turns");
        other.Mine.Should().BeSameAs(second);
        On(() => one.Mine).Should().NotBeSameAs(first, "another thread lives at the same time");
    }

    [Fact]
    public void The_cell_of_a_thread_that_has_ended_goes_on_with_its_counts()
    {
        var cells = new ThreadCells();
        var first = On(() => Counted(cells));
        first.Hold(7);
        cells.Hold(7).Should().BeFalse("its thread has ended");

        var second = On(() => Counted(cells));

        second.Should().BeSameAs(first);
        second.Held.Should().Be(0);
        (cells.Sum(3), cells.Count).Should().Be((2L, 1));
    }

    [Fact]
    public void Threads_that_live_at_once_share_no_cell_and_their_counts_add_up()
    {
        const int threads = 8;
        var cells = new ThreadCells();
        using var all = new Barrier(threads);
        var found = new ThreadCell[threads];
        var running = Enumerable.Range(0, threads).Select(i => new Thread(() =>
        {
            found[i] = cells.Mine;
            all.SignalAndWait();
            for (var k = 0; k < 1000; k++) cells.Mine.Add(0);
        })).ToList();
        running.ForEach(thread => thread.Start());
        running.ForEach(thread => thread.Join());

        found.Should().OnlyHaveUniqueItems();
        cells.Sum(0).Should().Be(threads * 1000);
    }

    [Fact]
    public void A_thread_that_meets_many_runtimes_counts_in_each()
    {
        var all = Enumerable.Range(0, 100).Select(_ => new ThreadCells()).ToList();
        for (var turn = 0; turn < 3; turn++) all.ForEach(cells => cells.Mine.Add(1));

        all.Should().OnlyContain(cells => cells.Sum(1) == 3 && cells.Count == 1);
    }

    private static ThreadCell Counted(ThreadCells cells)
    {
        cells.Mine.Add(3);
        return cells.Mine;
    }

    private static ThreadCell On(Func<ThreadCell> find)
    {
        ThreadCell? found = null;
        var thread = new Thread(() => found = find());
        thread.Start();
        thread.Join();
        return found!;
    }
}
