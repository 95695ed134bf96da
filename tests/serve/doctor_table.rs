//! Tests `todo doctor` with intact and with broken tables.

use jiff::{Span, fmt::rfc2822, tz::TimeZone};
use serde_json::{Value, json};
use todo_action::app::Clock;

use super::{
    command::{Server, refused},
    doctor::{Report, doctor},
    dynamodb::Dynamodb,
    folder::Folder,
    http,
};

/// Checks a table of `todo dynamodb`.
fn of_table(dynamodb: &Dynamodb, table: &str) -> Report {
    doctor(&["--table", table, "--dynamodb", &dynamodb.url()], |command| {
        command.env("AWS_ACCESS_KEY_ID", &dynamodb.key);
    })
}

#[test]
fn a_sound_table_of_another_dynamodb_is_found_sound_and_one_without_expiry_is_named() {
    let dynamodb = Dynamodb::start(&[], None);
    let report = of_table(&dynamodb, "todos");
    report.assert_wrong(&[]);
    report.assert_line("cannot tell", "deletion protection", &["deletion protection is off, or this DynamoDB"]);
    let agree = format!("the clocks of the DynamoDB at {} and of this machine agree", dynamodb.url());
    report.assert_line("ok", "clock of DynamoDB", &[&agree]);
    dynamodb.must("UpdateTable", json!({"TableName": "todos", "DeletionProtectionEnabled": true}));
    let report = of_table(&dynamodb, "todos");
    report.assert_wrong(&[]);
    for check in ["table", "keys and index", "deletion protection", "expiry", "clock of DynamoDB", "items"] {
        report.assert_line("ok", check, &[]);
    }
    report.assert_line("cannot tell", "backups", &["an emulator"]);
    let ttl =
        json!({"TableName": "todos", "TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": false}});
    dynamodb.must("UpdateTimeToLive", ttl);
    let report = of_table(&dynamodb, "todos");
    report.assert_wrong(&["expiry"]);
    let mend = format!(
        "`aws dynamodb update-time-to-live --table-name todos --endpoint-url {} --time-to-live-specification \
         Enabled=true,AttributeName=expires_at`",
        dynamodb.url()
    );
    report.assert_line("wrong", "expiry", &["does not remove expired items", &mend]);
}

#[test]
fn a_table_that_does_not_exist_or_has_other_keys_is_named() {
    let dynamodb = Dynamodb::start(&[], None);
    let report = of_table(&dynamodb, "todoes");
    report.assert_wrong(&["table"]);
    report.assert_line("wrong", "table", &["this DynamoDB has no such table", "TableName", "--region", "AWS_PROFILE"]);
    let keys = json!([{"AttributeName": "owner", "KeyType": "HASH"}, {"AttributeName": "id", "KeyType": "RANGE"}]);
    let types =
        json!([{"AttributeName": "owner", "AttributeType": "S"}, {"AttributeName": "id", "AttributeType": "N"}]);
    let mut other = json!({"TableName": "other", "AttributeDefinitions": types, "BillingMode": "PAY_PER_REQUEST"});
    other[concat!("Key", "Schema")] = keys;
    other["DeletionProtectionEnabled"] = json!(true);
    dynamodb.must("CreateTable", other);
    let report = of_table(&dynamodb, "other");
    report.assert_wrong(&["keys and index"]);
    report.assert_line("cannot tell", "items", &["because the table has other keys. See `keys and index`"]);
    let texts = [
        "owner (HASH) and id (RANGE)",
        "owner (HASH) and sk (RANGE)",
        "no local secondary index timeline",
        "make a new table",
    ];
    report.assert_line("wrong", "keys and index", &texts);
}

#[test]
fn credentials_that_do_not_work_are_explained() {
    let dynamodb = Dynamodb::start(&[], None);
    let report = doctor(&["--table", "todos", "--dynamodb", &dynamodb.url()], |command| {
        command.env("AWS_ACCESS_KEY_ID", "another");
    });
    report.assert_wrong(&["table"]);
    report.assert_line("wrong", "table", &["this DynamoDB does not know the access key", "AWS_ACCESS_KEY_ID"]);
    let report = doctor(&["--table", "todos"], |_| ());
    report.assert_wrong(&["region"]);
    report.assert_line("wrong", "region", &["no region is set", "--region"]);
    let report = doctor(&["--table", "todos", "--region", "eu-west-1"], |_| ());
    report.assert_wrong(&["credentials"]);
    report.assert_line("wrong", "credentials", &["there are no AWS credentials on this machine", "aws sso login"]);
    let report = doctor(&["--table", "todos", "--dynamodb", "http://127.0.0.1:9"], |_| ());
    report.assert_wrong(&["table"]);
    report.assert_line("wrong", "table", &["DynamoDB does not answer", "spelling of the region"]);
    report.assert_no_line("clock of DynamoDB");
}

#[test]
fn a_profile_of_the_aws_cli_that_cannot_be_used_is_named() {
    let folder = Folder::new("doctor-profile");
    let (config, credentials) = (folder.file("config"), folder.file("credentials"));
    let check = |profile: &str, region: &[&str]| {
        doctor(&[&["--table", "todos"], region].concat(), |command| {
            command.env("AWS_CONFIG_FILE", &config).env("AWS_SHARED_CREDENTIALS_FILE", &credentials);
            command.env("AWS_PROFILE", profile);
        })
    };
    for region in [&[][..], &["--region", "eu-west-1"]] {
        std::fs::write(&config, "[profile work]\nregion = eu-west-1\n").unwrap();
        std::fs::write(&credentials, "").unwrap();
        let report = check("wrok", region);
        report.assert_wrong(&["profile"]);
        report.assert_line("wrong", "profile", &["the profile wrok", "the files contain: work", "--profile wrok"]);
        std::fs::write(&credentials, "[work]\naws_access_key_id").unwrap();
        let report = check("work", region);
        report.assert_wrong(&["profile"]);
        let place = format!("{} on line 2", credentials.display());
        report.assert_line("wrong", "profile", &["cannot be read", &place, "correct the file"]);
    }
    std::fs::write(&config, "[profile work]\noutput = json\n").unwrap();
    std::fs::write(&credentials, "").unwrap();
    check("work", &[]).assert_line("wrong", "region", &["no region is set"]);
}

#[test]
fn an_address_that_is_not_a_dynamodb_is_named() {
    let folder = Folder::new("doctor-no-dynamodb");
    let service = Server::start(&folder.file("todos.db"));
    let other = [
        http::serve(|_| (200, None, json!({"hello": "world"}))),
        http::serve(|_| (404, None, json!("<html>"))),
        http::serve(|_| (200, None, json!("<html>"))),
        service.address.clone(),
    ];
    for address in other {
        let report = doctor(&["--table", "todos", "--dynamodb", &format!("http://{address}")], |_| ());
        report.assert_wrong(&["table"]);
        report.assert_line("wrong", "table", &["is not a DynamoDB (status ", "`todo dynamodb` starts such a server"]);
    }
}

#[test]
fn a_name_that_no_table_can_have_and_an_address_that_is_none_are_refused() {
    let dynamodb = Dynamodb::start(&[], None);
    let report = of_table(&dynamodb, "my todos");
    report.assert_wrong(&["table"]);
    report.assert_line("wrong", "table", &["this text cannot be the name of a table", "check --table"]);
    for address in ["127.0.0.1:8000", "localhost", "ftp://127.0.0.1"] {
        let said = refused(&["doctor", "--table", "todos", "--dynamodb", address]);
        let must = "--dynamodb must be an absolute address such as http://127.0.0.1:8000";
        assert!(said.contains(must) && said.contains(address), "{said}");
    }
}

/// The answer that DynamoDB on AWS gives to this call of the command.
fn aws(operation: &str) -> Value {
    let key = |name: &str, kind: &str| json!({"AttributeName": name, "KeyType": kind});
    let keys = |range: &str| json!([key("owner", "HASH"), key(range, "RANGE")]);
    let (name, mut table) = (concat!("Key", "Schema"), json!({"TableName": "todos", "TableStatus": "ACTIVE"}));
    table[name] = keys("sk");
    table["DeletionProtectionEnabled"] = json!(true);
    table["LocalSecondaryIndexes"] = json!([{"IndexName": "timeline", "Projection": {"ProjectionType": "ALL"}}]);
    table["LocalSecondaryIndexes"][0][name] = keys("view");
    match operation {
        "DescribeTable" => json!({ "Table": table }),
        "DescribeTimeToLive" => {
            json!({"TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}})
        }
        "DescribeContinuousBackups" => {
            let recovery = json!({"PointInTimeRecoveryStatus": "ENABLED"});
            let backups = json!({"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": recovery});
            json!({ "ContinuousBackupsDescription": backups })
        }
        "GetItem" => json!({}),
        other => panic!("{other}"),
    }
}

/// Checks a table in an imitation of AWS. `change` changes the answers.
fn of_aws(offset: Span, change: impl Fn(&str, Value) -> (u16, Value) + Send + 'static) -> Report {
    let address = http::serve(move |asked| {
        let operation = asked.headers["x-amz-target"].rsplit('.').next().unwrap().to_owned();
        let (status, body) = change(&operation, aws(&operation));
        let date = (Clock::system().now().to_zoned(TimeZone::UTC) + offset).timestamp();
        (status, Some(rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&date).unwrap()), body)
    });
    doctor(&["--table", "todos", "--region", "eu-west-1"], |command| {
        command.env("AWS_ENDPOINT_URL_DYNAMODB", format!("http://{address}"));
        command.env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE").env("AWS_SECRET_ACCESS_KEY", "local");
    })
}

fn refusal(code: &str, message: &str) -> (u16, Value) {
    (400, json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{code}"), "message": message}))
}

#[test]
fn a_sound_table_of_aws_is_found_sound_and_one_without_backups_is_named() {
    let report = of_aws(Span::new(), |_, answer| (200, answer));
    report.assert_wrong(&[]);
    for check in [
        "region",
        "credentials",
        "table",
        "keys and index",
        "deletion protection",
        "expiry",
        "backups",
        "clock of AWS",
        "items",
    ] {
        report.assert_line("ok", check, &[]);
    }
    let report = of_aws(Span::new(), |operation, answer| {
        (200, if operation == "DescribeContinuousBackups" { json!({}) } else { answer })
    });
    report.assert_wrong(&["backups"]);
    let mend = "update-continuous-backups --table-name todos --region eu-west-1 --point-in-time";
    report.assert_line("wrong", "backups", &["point-in-time recovery is off", mend]);
}

#[test]
fn a_table_of_aws_without_protection_or_with_another_expiry_is_named_with_the_commands_that_mend_it() {
    let report = of_aws(Span::new(), |operation, mut answer| {
        if operation == "DescribeTable" {
            answer["Table"]["DeletionProtectionEnabled"] = json!(false);
        }
        (200, answer)
    });
    report.assert_wrong(&["deletion protection"]);
    let mend = "`aws dynamodb update-table --table-name todos --region eu-west-1 --deletion-protection-enabled`";
    report.assert_line("wrong", "deletion protection", &["deleted by mistake", "DeletionProtection=on", mend]);
    let report = of_aws(Span::new(), |operation, mut answer| {
        if operation == "DescribeTimeToLive" {
            answer["TimeToLiveDescription"]["AttributeName"] = json!("ttl");
        }
        (200, answer)
    });
    report.assert_wrong(&["expiry"]);
    let command = "`aws dynamodb update-time-to-live --table-name todos --region eu-west-1 \
                   --time-to-live-specification Enabled=";
    let mend = format!(
        "run {command}false,AttributeName=ttl`, wait for one hour, because AWS refuses a second change within one \
         hour, and run {command}true,AttributeName=expires_at`."
    );
    report.assert_line("wrong", "expiry", &["by the attribute ttl, and not by expires_at", &mend]);
}

#[test]
fn refusals_of_aws_and_a_wrong_clock_are_explained() {
    let why = "User: arn:aws:iam::123456789012:user/ann is not authorized to perform: dynamodb:DescribeTable";
    for (code, message, texts) in [
        ("AccessDeniedException", why, ["these credentials do not allow this call", "dynamodb:DescribeTable"]),
        (
            "ExpiredTokenException",
            "The security token is expired",
            ["the credentials for AWS have expired", "aws sso login"],
        ),
        ("UnrecognizedClientException", "The token is invalid", ["AWS does not know the access key", "aws configure"]),
        (
            "SubscriptionRequiredException",
            "The AWS Access Key Id needs a subscription for the service",
            ["this AWS account may not use DynamoDB", "finish the registration"],
        ),
        ("InvalidSignatureException", "Signature expired", ["AWS refuses the signature", "the clock of this machine"]),
    ] {
        let report = of_aws(Span::new(), move |_, _| refusal(code, message));
        report.assert_wrong(&["table"]);
        report.assert_line("wrong", "table", &texts);
    }
    let report = of_aws(Span::new(), |operation, answer| match operation {
        "DescribeTimeToLive" => refusal("AccessDeniedException", "no"),
        _ => (200, answer),
    });
    report.assert_wrong(&[]);
    report.assert_line("cannot tell", "expiry", &["these credentials do not allow this call"]);
    let kms = "User: ann is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:eu-west-1:1:key/2";
    let report = of_aws(Span::new(), move |operation, answer| match operation {
        "GetItem" => refusal("AccessDeniedException", kms),
        _ => (200, answer),
    });
    report.assert_wrong(&["items"]);
    report.assert_line("wrong", "items", &["cannot read items", "allow kms:Decrypt for these credentials"]);
    report.assert_silent("dynamodb:GetItem");
    let report = of_aws(Span::new().minutes(10), |_, answer| (200, answer));
    report.assert_wrong(&["clock of AWS"]);
    report.assert_line(
        "wrong",
        "clock of AWS",
        &["seconds ahead of the clock of this machine", "people cannot sign in", "NTP"],
    );
}
