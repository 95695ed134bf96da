//! Signs requests with AWS Signature Version 4. The signature needs SHA-256 (FIPS 180-4) and date calculations, which
//! are also in this file.

pub struct Signer {
    access_key: String,
    secret_key: String,
    session_token: String,
    region: String,
}

impl Signer {
    pub fn from_env(variable: impl Fn(&str) -> String) -> Self {
        Self {
            access_key: variable("AWS_ACCESS_KEY_ID"),
            secret_key: variable("AWS_SECRET_ACCESS_KEY"),
            session_token: variable("AWS_SESSION_TOKEN"),
            region: variable("AWS_REGION"),
        }
    }

    /// Returns the headers of a DynamoDB call, including the signature.
    pub fn headers(&self, operation: &str, body: &str, host: &str, seconds: u64) -> Vec<String> {
        let time = Time::of(seconds);
        let (day, at) = (time.day(), time.stamp());
        let target = format!("DynamoDB_20120810.{operation}");
        let token = &self.session_token;
        let names = "content-type;host;x-amz-date;x-amz-security-token;x-amz-target";
        let hash = hex(&sha256(body.as_bytes()));
        let canonical = format!(
            "POST\n/\n\ncontent-type:application/x-amz-json-1.0\nhost:{host}\nx-amz-date:{at}\nx-amz-security-token:{token}\nx-amz-target:{target}\n\n{names}\n{hash}"
        );
        let scope = format!("{day}/{}/dynamodb/aws4_request", self.region);
        let to_sign = format!("AWS4-HMAC-SHA256\n{at}\n{scope}\n{}", hex(&sha256(canonical.as_bytes())));
        let secret = format!("AWS4{}", self.secret_key).into_bytes();
        let key = [day.as_str(), &self.region, "dynamodb", "aws4_request", &to_sign];
        let signature = key.iter().fold(secret, |key, part| hmac(&key, part.as_bytes()).to_vec());
        vec![
            "Content-Type: application/x-amz-json-1.0".to_owned(),
            format!("X-Amz-Date: {at}"),
            format!("X-Amz-Security-Token: {token}"),
            format!("X-Amz-Target: {target}"),
            format!(
                "Authorization: AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={}",
                self.access_key,
                hex(&signature)
            ),
        ]
    }
}

/// A moment in UTC.
pub struct Time {
    date: (u64, u64, u64),
    clock: (u64, u64, u64),
}

impl Time {
    /// The calculation is Howard Hinnant's algorithm `civil_from_days`.
    pub fn of(seconds: u64) -> Self {
        let days = seconds / 86_400 + 719_468;
        let (era, of_era) = (days / 146_097, days % 146_097);
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let from_march = (5 * of_year + 2) / 153;
        let day = of_year - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        let year = year + era * 400 + u64::from(month <= 2);
        Self { date: (year, month, day), clock: (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60) }
    }

    fn day(&self) -> String {
        let (year, month, day) = self.date;
        format!("{year:04}{month:02}{day:02}")
    }

    fn stamp(&self) -> String {
        let (hour, minute, second) = self.clock;
        format!("{}T{hour:02}{minute:02}{second:02}Z", self.day())
    }

    pub fn rfc3339(&self) -> String {
        let ((year, month, day), (hour, minute, second)) = (self.date, self.clock);
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut block = [0; 64];
    if key.len() > 64 {
        block[..32].copy_from_slice(&sha256(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let inner = sha256(&[&block.map(|byte| byte ^ 0x36), message].concat());
    sha256(&[&block.map(|byte| byte ^ 0x5c)[..], &inner].concat())
}

const FIRST: [u32; 8] =
    [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

#[rustfmt::skip]
const ROUNDS: [u32; 64] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];

fn sha256(message: &[u8]) -> [u8; 32] {
    let mut padded = message.to_vec();
    padded.push(0x80);
    padded.resize((message.len() + 9).div_ceil(64) * 64 - 8, 0);
    padded.extend((message.len() as u64 * 8).to_be_bytes());
    let mut state = FIRST;
    for block in padded.as_chunks::<64>().0 {
        let mut words = [0u32; 64];
        for (word, bytes) in words.iter_mut().zip(block.as_chunks::<4>().0) {
            *word = u32::from_be_bytes(*bytes);
        }
        for t in 16..64 {
            let (a, b) = (words[t - 15], words[t - 2]);
            let near = a.rotate_right(7) ^ a.rotate_right(18) ^ (a >> 3);
            let far = b.rotate_right(17) ^ b.rotate_right(19) ^ (b >> 10);
            words[t] = words[t - 16].wrapping_add(near).wrapping_add(words[t - 7]).wrapping_add(far);
        }
        let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = state;
        for (word, round) in words.iter().zip(ROUNDS) {
            let one = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
            let first = h.wrapping_add(one).wrapping_add((e & f) ^ (!e & g)).wrapping_add(round).wrapping_add(*word);
            let zero = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
            let second = zero.wrapping_add((a & b) ^ (a & c) ^ (b & c));
            (h, g, f, e, d, c, b, a) = (g, f, e, d.wrapping_add(first), c, b, a, first.wrapping_add(second));
        }
        for (kept, new) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
            *kept = kept.wrapping_add(new);
        }
    }
    let mut digest = [0; 32];
    for (bytes, word) in digest.as_chunks_mut::<4>().0.iter_mut().zip(state) {
        *bytes = word.to_be_bytes();
    }
    digest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_standards() {
        assert_eq!(hex(&sha256(b"abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        // This is test case 2 of RFC 4231.
        assert_eq!(
            hex(&hmac(b"Jefe", b"what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(Time::of(1_795_341_602).stamp(), "20261122T100002Z");
    }
}
