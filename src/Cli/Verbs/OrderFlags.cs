using System.CommandLine;
using Delivery.Cli.Configuration;
using Delivery.FastData.Git;
using Delivery.FastData.Git.Control;
using Delivery.Models;

namespace Delivery.Cli.Verbs;

/// <summary>What the verbs that order something have in common: where, why, until when, and how the result is told.</summary>
internal sealed class OrderFlags
{
    private readonly Command _command;
    private readonly SettingFlags _settings;
    private readonly Option<string?> _reason;
    private readonly Option<string?>? _until;
    private readonly Option<bool> _json = Arguments.Json();

    /// <summary>Adds <c>--reason</c>, <c>--json</c>, the flags of places, and <c>--until</c> where it makes sense.</summary>
    public OrderFlags(Command command, bool needsReason, string? until = null)
    {
        _command = command;
        _settings = new SettingFlags(command, fastData: true);
        _reason = new Option<string?>("--reason") { Description = needsReason ? "Why, for the history. Required." : "Why, for the history.", HelpName = "TEXT", Required = needsReason };
        command.Options.Add(_reason);
        if (until is not null)
        {
            _until = new Option<string?>("--until") { Description = $"{until} An ISO 8601 time (UTC unless it names a zone), or a duration from now: 90m, 2h, 3d.", HelpName = "TIME" };
            command.Options.Add(_until);
        }
        command.Options.Add(_json);
    }

    /// <summary>Reads the flags, gives the order and tells how it ended.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="model">The model it is about; null for none or all.</param>
    /// <param name="give">Gives the order.</param>
    /// <param name="tell">What people read of a finished one: first what was done, then what comes next.</param>
    /// <exception cref="VerbException">It was refused.</exception>
    public int Run(ParseResult parse, ModelName? model, Func<OrderPlace, ControlRequest, ControlOutcome> give, Func<ControlOutcome.Done, ControlRequest, IEnumerable<string>> tell)
    {
        var settings = _settings.Read(parse);
        var request = new ControlRequest(Actor.CurrentUser(), parse.GetValue(_reason), _until is null ? null : MomentArgument.Future(parse.GetValue(_until), "--until", TimeProvider.System.GetUtcNow()));
        if (_reason.Required && request.Reason is null) throw VerbException.Usage("--reason is empty; expected why, for the history.");
        Places.RequireFolder(settings);
        var outcome = give(new OrderPlace(settings, new FastDataControl(Places.Publisher(settings), TimeProvider.System)), request);
        var done = OrderResult.Require(outcome);
        OrderResult.Write(OrderResult.Of(_command.Name, model, done, request), tell(done, request), parse.GetValue(_json));
        return ExitCodes.Ok;
    }
}

/// <summary>The folder that an order is for.</summary>
/// <param name="Settings">Where it is.</param>
/// <param name="Control">Gives orders.</param>
internal sealed record OrderPlace(DeliverySettings Settings, FastDataControl Control)
{
    /// <summary>The commit that a person names.</summary>
    public FastData.CommitId Resolve(string revision) => Places.History(Settings).Resolve(revision);
}
